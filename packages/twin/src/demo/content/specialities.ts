/** Tables of `parse-products.ts`: English | Spanish | Chinese | tax class | brand:size:pesos, … */
export const PHARMACY = `
= Pain and fever
Ibuprofen 400 mg | Ibuprofeno 400 mg | 布洛芬400毫克 | r | Lab. Artigas:10 comp.:119, Lab. Artigas:20 comp.:209
Ibuprofen 600 mg | Ibuprofeno 600 mg | 布洛芬600毫克 | r | Lab. Artigas:20 comp.:259
Paracetamol 500 mg | Paracetamol 500 mg | 对乙酰氨基酚500毫克 | r | Lab. Artigas:16 comp.:99, Genfar Sur:20 comp.:112
Paracetamol 1 g | Paracetamol 1 g | 对乙酰氨基酚1克 | r | Genfar Sur:16 comp.:169
Aspirin 500 mg | Aspirina 500 mg | 阿司匹林500毫克 | r | Lab. Artigas:20 comp.:139
Children's paracetamol | Paracetamol infantil | 儿童对乙酰氨基酚 | r | Genfar Sur:60 ml:189
Children's ibuprofen | Ibuprofeno infantil | 儿童布洛芬 | r | Genfar Sur:90 ml:249
Muscle gel | Gel desinflamatorio | 消炎止痛凝胶 | r | Lab. Artigas:50 g:319
Heat patch | Parche térmico | 暖贴 | s | Alivia:2 u:289
= Cold and cough
Cold and flu tablets | Antigripal | 感冒药 | r | Lab. Artigas:10 comp.:189, Genfar Sur:20 comp.:289
Hot lemon sachets | Antigripal té caliente | 柠檬感冒冲剂 | r | Lab. Artigas:6 u:219
Cough syrup | Jarabe para la tos | 止咳糖浆 | r | Genfar Sur:120 ml:279
Throat lozenges | Pastillas para la garganta | 润喉糖 | r | Alivia:12 u:149, Alivia:24 u:249
Nasal spray, sea water | Spray nasal agua de mar | 海盐水鼻喷 | s | Alivia:100 ml:389
Saline ampoules | Suero fisiológico | 生理盐水 | r | Alivia:10 u:159
Vapour rub | Ungüento mentolado | 薄荷膏 | r | Alivia:40 g:219
= Stomach
Antacid tablets | Antiácido masticable | 抗酸咀嚼片 | r | Genfar Sur:20 comp.:179
Effervescent antacid | Sal digestiva efervescente | 泡腾消食散 | r | Genfar Sur:6 u:99, Genfar Sur:20 u:279
Loperamide | Loperamida | 洛哌丁胺 | r | Lab. Artigas:6 comp.:129
Rehydration salts | Sales de rehidratación | 口服补液盐 | r | Alivia:4 u:159
Antispasmodic | Antiespasmódico | 解痉药 | r | Lab. Artigas:10 comp.:199
Probiotics | Probióticos | 益生菌 | s | Vital Sur:10 u:449
Laxative | Laxante suave | 轻泻剂 | r | Genfar Sur:20 comp.:189
= Allergy
Loratadine 10 mg | Loratadina 10 mg | 氯雷他定10毫克 | r | Lab. Artigas:10 comp.:169, Lab. Artigas:30 comp.:399
Cetirizine 10 mg | Cetirizina 10 mg | 西替利嗪10毫克 | r | Genfar Sur:10 comp.:189
Antihistamine cream | Crema antialérgica | 抗过敏乳膏 | r | Alivia:20 g:249
= First aid
Sticking plasters | Curitas | 创可贴 | r | Alivia:20 u:99, Alivia:40 u:169
Gauze pads | Gasas estériles | 无菌纱布 | r | Alivia:10 u:89
Elastic bandage | Venda elástica | 弹性绷带 | r | Alivia:1 u:149
Rubbing alcohol | Alcohol rectificado | 医用酒精 | r | Alivia:500 ml:139
Alcohol gel | Alcohol en gel | 免洗洗手液 | s | Alivia:250 ml:119, Alivia:60 ml:69
Hydrogen peroxide | Agua oxigenada | 双氧水 | r | Alivia:250 ml:79
Povidone-iodine | Iodopovidona | 碘伏 | r | Lab. Artigas:60 ml:159
Burn cream | Crema para quemaduras | 烫伤膏 | r | Lab. Artigas:30 g:289
Digital thermometer | Termómetro digital | 电子体温计 | s | Medix:1 u:449
Face masks | Tapabocas descartables | 一次性口罩 | s | Medix:10 u:99, Medix:50 u:349
Blood pressure monitor | Tensiómetro de brazo | 血压计 | s | Medix:1 u:2490
COVID-19 self-test | Autotest COVID-19 | 新冠自测盒 | s | Medix:1 u:349
Pregnancy test | Test de embarazo | 验孕棒 | s | Medix:1 u:249
= Vitamins
Vitamin C 1 g | Vitamina C 1 g | 维生素C 1克 | s | Vital Sur:10 comp.:229, Vital Sur:20 comp.:399
Vitamin D3 | Vitamina D3 | 维生素D3 | s | Vital Sur:30 comp.:549
Multivitamin | Multivitamínico | 复合维生素 | s | Vital Sur:30 comp.:649
Magnesium | Citrato de magnesio | 柠檬酸镁 | s | Vital Sur:60 comp.:589
Omega 3 | Omega 3 | 欧米伽3 | s | Vital Sur:60 comp.:790
Iron | Hierro | 铁剂 | r | Lab. Artigas:30 comp.:349
= Skin and sun
Face cream, day | Crema facial de día | 日霜 | s | Dermalia:50 ml:790
Moisturiser, dry skin | Emulsión piel seca | 干性肌肤乳液 | s | Dermalia:400 ml:890
Micellar water | Agua micelar | 卸妆水 | s | Dermalia:200 ml:489
Lip balm | Bálsamo labial | 润唇膏 | s | Dermalia:4 g:189
Sun cream SPF 50, face | Protector facial FPS 50 | 面部防晒SPF50 | s | Dermalia:50 ml:890
After-sun gel | Gel post solar | 晒后修复凝胶 | s | Playa Mansa:200 ml:429
Insect repellent | Repelente | 驱蚊喷雾 | s | Playa Mansa:165 ml:299
Condoms | Preservativos | 安全套 | r | Dúo:3 u:99, Dúo:12 u:329
Contact lens solution | Solución para lentes de contacto | 隐形眼镜护理液 | s | Medix:360 ml:649
Eye drops | Lágrimas artificiales | 人工泪液 | r | Medix:10 ml:429
`;

export const ELECTRONICS = `
= Phone accessories
USB-C charger 20 W | Cargador USB-C 20 W | 20瓦USB-C充电器 | s | Volta:1 u:890, Nordik:1 u:1190
USB-C charger 45 W | Cargador USB-C 45 W | 45瓦USB-C充电器 | s | Nordik:1 u:1890
USB-C cable 1 m | Cable USB-C 1 m | USB-C数据线1米 | s | Volta:1 u:390, Nordik:1 u:590
USB-C cable 2 m | Cable USB-C 2 m | USB-C数据线2米 | s | Nordik:1 u:790
Lightning cable 1 m | Cable Lightning 1 m | Lightning数据线1米 | s | Volta:1 u:490
Wireless charger | Cargador inalámbrico | 无线充电器 | s | Nordik:1 u:1490
Car charger | Cargador para auto | 车载充电器 | s | Volta:1 u:590
Power bank 10,000 mAh | Batería portátil 10.000 mAh | 移动电源10000毫安 | s | Volta:1 u:1290, Nordik:1 u:1790
Power bank 20,000 mAh | Batería portátil 20.000 mAh | 移动电源20000毫安 | s | Nordik:1 u:2490
Phone case, clear | Funda transparente | 透明手机壳 | s | Volta:1 u:390
Screen protector | Vidrio templado | 钢化膜 | s | Volta:1 u:290
Phone holder for the car | Soporte de celular para auto | 车载手机支架 | s | Volta:1 u:590
= Audio
Earphones with wire | Auriculares con cable | 有线耳机 | s | Volta:1 u:390
Wireless earbuds | Auriculares inalámbricos | 真无线耳机 | s | Volta:1 u:1490, Nordik:1 u:2990
Over-ear headphones | Auriculares vincha Bluetooth | 头戴蓝牙耳机 | s | Nordik:1 u:3490
Noise-cancelling headphones | Auriculares con cancelación de ruido | 降噪耳机 | s | Nordik:1 u:6990
Bluetooth speaker, small | Parlante Bluetooth chico | 小型蓝牙音箱 | s | Volta:1 u:1290
Bluetooth speaker, waterproof | Parlante Bluetooth resistente al agua | 防水蓝牙音箱 | s | Nordik:1 u:3290
Sound bar | Barra de sonido | 回音壁 | s | Nordik:1 u:7990
= Computing
Wireless mouse | Mouse inalámbrico | 无线鼠标 | s | Volta:1 u:690, Nordik:1 u:1190
Keyboard, Spanish layout | Teclado en español | 西班牙语键盘 | s | Volta:1 u:890
Mechanical keyboard | Teclado mecánico | 机械键盘 | s | Nordik:1 u:3490
USB stick 64 GB | Pendrive 64 GB | 64GB优盘 | s | Volta:1 u:490
USB stick 128 GB | Pendrive 128 GB | 128GB优盘 | s | Volta:1 u:790
microSD card 128 GB | Memoria microSD 128 GB | 128GB存储卡 | s | Nordik:1 u:990
External SSD 1 TB | SSD externo 1 TB | 1TB移动固态硬盘 | s | Nordik:1 u:4990
Webcam 1080p | Cámara web 1080p | 1080p摄像头 | s | Nordik:1 u:1990
USB hub | Hub USB | USB集线器 | s | Volta:1 u:890
HDMI cable 2 m | Cable HDMI 2 m | HDMI线2米 | s | Volta:1 u:390
Network cable 5 m | Cable de red 5 m | 网线5米 | s | Volta:1 u:290
Laptop sleeve 15" | Funda para notebook 15" | 15寸笔记本内胆包 | s | Nordik:1 u:990
Wi-Fi router | Router wifi | 无线路由器 | s | Nordik:1 u:2490
= Home
Power strip, four sockets | Zapatilla de cuatro tomas | 四孔插线板 | s | Volta:1 u:490
Extension lead 5 m | Alargue 5 m | 延长线5米 | s | Volta:1 u:590
Smart plug | Enchufe inteligente | 智能插座 | s | Nordik:1 u:890
Desk lamp | Lámpara de escritorio LED | LED台灯 | s | Volta:1 u:1290
Streaming stick 4K | Reproductor 4K | 4K电视棒 | s | Nordik:1 u:2990
Remote control, universal | Control remoto universal | 万能遥控器 | s | Volta:1 u:390
Fan, table | Ventilador de mesa | 台式风扇 | s | Brisa:1 u:1690
Kettle 1.7 l | Jarra eléctrica 1,7 L | 1.7升电热水壶 | s | Brisa:1 u:1390
Hair dryer | Secador de pelo | 电吹风 | s | Brisa:1 u:1590
Thermos 1 l for mate | Termo 1 L para mate | 1升马黛茶保温壶 | s | Brisa:1 u:1790
`;

export const BAKERY = `
= Bread
French bread | Pan flauta | 法式长棍 | r | Horno propio:1 u:62
Crusty roll | Pan marsellés | 马赛面包 | r | Horno propio:1 u:22, Horno propio:6 u:120
Country loaf | Pan de campo | 乡村面包 | r | Horno propio:500 g:159
Wholemeal loaf | Pan integral | 全麦面包 | r | Horno propio:500 g:169
Pork crackling bread | Pan con chicharrón | 猪油渣面包 | r | Horno propio:1 u:139
Galleta malteada | Galleta malteada | 麦芽硬饼 | r | Horno propio:300 g:98
Breadsticks with sesame | Grisines con sésamo | 芝麻面包棒 | r | Horno propio:200 g:109
= Bizcochos
Bizcochos, mixed | Bizcochos surtidos | 什锦小面包 | s | Horno propio:250 g:149, Horno propio:500 g:279, Horno propio:1 kg:529
Croissant, plain | Croissant | 牛角包 | s | Horno propio:1 u:55
Salted croissants | Cangrejitos | 咸味小牛角 | s | Horno propio:6 u:210
Custard pastry | Bizcocho con crema pastelera | 卡仕达酥 | s | Horno propio:1 u:62
Dulce de leche pastry | Vigilante con dulce de leche | 焦糖酥 | s | Horno propio:1 u:62
Quince pastry | Pan con grasa y membrillo | 榅桲酥 | s | Horno propio:1 u:55
Fried cakes | Tortas fritas | 炸面饼 | s | Horno propio:3 u:120
= Savoury
Ham and cheese sandwiches | Sándwiches de jamón y queso | 火腿芝士三明治 | s | Horno propio:12 u:489
Olympic sandwiches | Sándwiches olímpicos | 奥林匹克三明治 | s | Horno propio:12 u:549, Horno propio:24 u:1049
Beef empanada | Empanada de carne | 牛肉馅饼 | s | Horno propio:1 u:95
Ham and cheese empanada | Empanada de jamón y queso | 火腿芝士馅饼 | s | Horno propio:1 u:95
Pascualina, slice | Pascualina, porción | 菠菜鸡蛋派一块 | s | Horno propio:1 u:149
Mozzarella pizza, ready to bake | Pizza lista para hornear | 待烤披萨 | s | Horno propio:1 u:239
= Cakes
Chajá cake | Torta chajá | 桃子蛋白霜蛋糕 | s | Horno propio:1 u:890
Ricotta tart | Torta de ricota | 乳清奶酪派 | s | Horno propio:1 u:649
Apple tart | Tarta de manzana | 苹果派 | s | Horno propio:1 u:620
Birthday cake | Torta de cumpleaños | 生日蛋糕 | s | Horno propio:1 kg:1090
Massini | Massini | 蛋黄奶油蛋糕 | s | Horno propio:1 u:149
Cornflour alfajores | Alfajores de maicena | 玉米淀粉夹心饼 | s | Horno propio:6 u:329
Puff pastry cake | Milhojas de dulce de leche | 焦糖千层酥 | s | Horno propio:1 u:159
Palmiers | Palmeritas | 蝴蝶酥 | s | Horno propio:200 g:149
Sponge cake | Bizcochuelo | 海绵蛋糕 | s | Horno propio:1 u:289
`;

export const FLOWERS = `
= Bouquets
Six red roses | Seis rosas rojas | 六朵红玫瑰 | s | Flor de Estación:6 u:790
Twelve red roses | Doce rosas rojas | 十二朵红玫瑰 | s | Flor de Estación:12 u:1390
Mixed bouquet, small | Ramo surtido chico | 小号混合花束 | s | Flor de Estación:1 u:590
Mixed bouquet, large | Ramo surtido grande | 大号混合花束 | s | Flor de Estación:1 u:990
Sunflowers, five | Cinco girasoles | 五朵向日葵 | s | Flor de Estación:5 u:690
Lilies | Ramo de lilium | 百合花束 | s | Flor de Estación:1 u:890
Gerberas, ten | Diez gerberas | 十朵非洲菊 | s | Flor de Estación:10 u:690
White freesias | Fresias blancas | 白色小苍兰 | s | Flor de Estación:1 u:520
Dried flowers | Ramo de flores secas | 干花束 | s | Flor de Estación:1 u:750
Carnations, twelve | Doce claveles | 十二朵康乃馨 | s | Flor de Estación:12 u:560
= Plants
Orchid | Orquídea | 蝴蝶兰 | s | Vivero Norte:1 u:1290
Succulent | Suculenta | 多肉植物 | s | Vivero Norte:1 u:190, Vivero Norte:3 u:490
Peace lily | Espatifilo | 白掌 | s | Vivero Norte:1 u:690
Rubber plant | Gomero | 橡皮树 | s | Vivero Norte:1 u:890
Basil in a pot | Albahaca en maceta | 盆栽罗勒 | s | Vivero Norte:1 u:220
Lavender | Lavanda | 薰衣草 | s | Vivero Norte:1 u:320
Cactus | Cactus | 仙人掌 | s | Vivero Norte:1 u:210
Fern | Helecho | 蕨类植物 | s | Vivero Norte:1 u:450
= With flowers
Chocolates | Caja de bombones | 巧克力礼盒 | s | Bosque:12 u:490
Sparkling wine | Espumoso brut | 起泡酒 | s | Bodega Los Ceibos:750 ml:590
Teddy bear | Oso de peluche | 泰迪熊 | s | Mimo:1 u:690
Glass vase | Florero de vidrio | 玻璃花瓶 | s | Mimo:1 u:590
Potting soil | Tierra abonada | 营养土 | s | Vivero Norte:5 l:149
Terracotta pot | Maceta de barro | 陶土花盆 | s | Vivero Norte:1 u:240
`;

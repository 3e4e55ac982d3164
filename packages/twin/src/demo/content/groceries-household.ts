/** Tables of `parse-products.ts`: English | Spanish | Chinese | tax class | brand:size:pesos, … */
export const HOUSEHOLD = `
= Cleaning and home
Washing-up liquid | Detergente de vajilla | 洗洁精 | s | Brillo Sur:500 ml:79, Brillo Sur:750 ml:109
Laundry powder | Jabón en polvo | 洗衣粉 | s | Blancor:800 g:139, Blancor:3 kg:449
Laundry liquid | Jabón líquido para ropa | 洗衣液 | s | Blancor:1 l:199, Blancor:3 l:519
Fabric softener | Suavizante | 柔顺剂 | s | Blancor:900 ml:119
Bleach | Hipoclorito | 漂白水 | s | Limpio:1 l:49, Limpio:2 l:82
All-purpose cleaner | Limpiador multiuso | 多用途清洁剂 | s | Limpio:900 ml:89, Limpio:500 ml:119
Floor cleaner, lavender | Limpiapisos lavanda | 薰衣草地板清洁剂 | s | Limpio:900 ml:82
Glass cleaner | Limpiavidrios | 玻璃清洁剂 | s | Limpio:500 ml:109
Kitchen sponges | Esponjas | 厨房海绵 | s | Brillo Sur:3 u:69
Bin bags | Bolsas de residuos | 垃圾袋 | s | Hogar Fácil:10 u:62, Hogar Fácil:30 u:149
Kitchen roll | Rollo de cocina | 厨房纸 | s | Nube:3 u:129
Toilet paper | Papel higiénico | 卫生纸 | s | Nube:4 u:119, Nube:12 u:319
Napkins | Servilletas | 餐巾纸 | s | Nube:100 u:59
Paper tissues | Pañuelos descartables | 纸巾 | s | Nube:6 u:89
Aluminium foil | Papel de aluminio | 铝箔 | s | Hogar Fácil:7.5 m:109
Cling film | Film de cocina | 保鲜膜 | s | Hogar Fácil:15 m:99
Matches | Fósforos | 火柴 | s | Chispa:220 u:42
Charcoal | Carbón | 木炭 | s | Chispa:4 kg:219
Firelighter | Pastillas de encendido | 引火块 | s | Chispa:12 u:99
Candles | Velas | 蜡烛 | s | Chispa:4 u:79
Insect spray | Insecticida aerosol | 杀虫喷雾 | s | Hogar Fácil:360 ml:189
Mosquito coils | Espirales contra mosquitos | 蚊香 | s | Hogar Fácil:12 u:109
LED bulb 9 W | Lámpara LED 9 W | LED灯泡9瓦 | s | Volta:1 u:89, Volta:3 u:229
Batteries AA | Pilas AA | 五号电池 | s | Volta:2 u:99, Volta:4 u:179
Batteries AAA | Pilas AAA | 七号电池 | s | Volta:4 u:179
`;

export const PERSONAL = `
= Personal care
Bar soap | Jabón de tocador | 香皂 | r | Azahar:90 g:42, Azahar:3 u:109
Liquid hand soap | Jabón líquido de manos | 洗手液 | s | Azahar:250 ml:99
Shower gel | Gel de ducha | 沐浴露 | s | Azahar:500 ml:219
Shampoo | Champú | 洗发水 | s | Selva:350 ml:219, Selva:750 ml:369
Conditioner | Acondicionador | 护发素 | s | Selva:350 ml:219
Toothpaste | Pasta dental | 牙膏 | s | Clarodent:90 g:119, Clarodent:180 g:189
Toothbrush | Cepillo de dientes | 牙刷 | s | Clarodent:1 u:89, Clarodent:2 u:149
Mouthwash | Enjuague bucal | 漱口水 | s | Clarodent:500 ml:269
Deodorant spray | Desodorante aerosol | 止汗喷雾 | s | Selva:150 ml:179
Deodorant roll-on | Desodorante roll-on | 走珠止汗剂 | s | Azahar:50 ml:139
Razors | Afeitadoras descartables | 一次性剃须刀 | s | Filo:2 u:119, Filo:5 u:239
Shaving foam | Espuma de afeitar | 剃须泡沫 | s | Filo:200 ml:239
Sanitary towels | Toallas femeninas | 卫生巾 | s | Lirio:8 u:89, Lirio:16 u:159
Tampons | Tampones | 卫生棉条 | s | Lirio:8 u:189
Cotton wool | Algodón | 棉花 | s | Lirio:100 g:79
Cotton buds | Hisopos | 棉签 | s | Lirio:100 u:69
Sun cream SPF 50 | Protector solar FPS 50 | 防晒霜SPF50 | s | Playa Mansa:120 ml:549, Playa Mansa:200 ml:749
Body lotion | Crema corporal | 身体乳 | s | Azahar:400 ml:279
= Baby
Nappies M | Pañales M | 尿布M | s | Bichito:24 u:399, Bichito:48 u:749
Nappies G | Pañales G | 尿布L | s | Bichito:22 u:399, Bichito:44 u:749
Baby wipes | Toallitas húmedas | 婴儿湿巾 | s | Bichito:50 u:129, Bichito:100 u:219
Baby shampoo | Champú para bebé | 婴儿洗发水 | s | Bichito:400 ml:249
Infant formula 1 | Fórmula infantil 1 | 婴儿配方奶粉1段 | r | Primera Luna:400 g:549
Fruit purée | Puré de frutas | 婴儿果泥 | s | Primera Luna:90 g:72
`;

export const PETS = `
= Pets
Dry dog food | Ración para perros adultos | 成犬粮 | s | Fiel:3 kg:489, Fiel:8 kg:1090, Fiel:21 kg:2390
Puppy food | Ración para cachorros | 幼犬粮 | s | Fiel:3 kg:549
Small breed dog food | Ración perros raza pequeña | 小型犬粮 | s | Fiel:2 kg:429
Dog food, tin | Lata para perros | 狗罐头 | s | Fiel:340 g:129
Dog biscuits | Galletas para perros | 狗饼干 | s | Fiel:500 g:189
Dental sticks | Palitos dentales | 洁齿棒 | s | Fiel:7 u:219
Dry cat food | Ración para gatos adultos | 成猫粮 | s | Bigotes:1 kg:289, Bigotes:3 kg:749, Bigotes:8 kg:1790
Kitten food | Ración para gatitos | 幼猫粮 | s | Bigotes:1 kg:319
Cat food, pouch | Sobre húmedo para gatos | 猫湿粮包 | s | Bigotes:85 g:69, Bigotes:12 u:749
Cat litter | Piedras sanitarias | 猫砂 | s | Bigotes:4 kg:219, Bigotes:10 kg:489
Silica litter | Sílica sanitaria | 硅胶猫砂 | s | Bigotes:1.6 kg:449
Dog lead | Correa para perro | 狗绳 | s | Paseo:1 u:349
Rubber ball | Pelota de goma | 橡胶球 | s | Paseo:1 u:159
Food bowl | Comedero de acero | 不锈钢食盆 | s | Paseo:1 u:269
Waste bags | Bolsas para paseo | 拾便袋 | s | Paseo:60 u:149
Flea drops, dog | Pipeta antipulgas perro | 狗用驱蚤滴剂 | s | Protego:1 u:389
Flea drops, cat | Pipeta antipulgas gato | 猫用驱蚤滴剂 | s | Protego:1 u:359
Dog shampoo | Champú para perros | 宠物洗发水 | s | Protego:350 ml:289
Fish flakes | Escamas para peces | 鱼粮 | s | Coral:40 g:199
Bird seed | Mezcla para canarios | 鸟粮 | s | Coral:500 g:119
Scratching post | Rascador | 猫抓柱 | s | Bigotes:1 u:1290
`;

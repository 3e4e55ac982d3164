/** Tables of `parse-menu.ts`: English | Spanish | Chinese | pesos | option groups | descriptions. */
export const CHINESE = `
= Starters
Spring rolls, four | Arrolladitos primavera, cuatro | 春卷四只 | 240 | sauces
Fried wontons, eight | Wantán frito, ocho | 炸云吞八只 | 260
Pork dumplings, eight | Empanaditas chinas de cerdo, ocho | 猪肉水饺八只 | 340 | spice chopsticks
Hot and sour soup | Sopa agripicante | 酸辣汤 | 260 | spice
Wonton soup | Sopa de wantán | 云吞汤 | 270
= Mains
Kung pao chicken | Pollo kung pao | 宫保鸡丁 | 490 | rice spice chopsticks | Peanuts, dried chillies, Sichuan pepper ~ Con maní, ají seco y pimienta de Sichuan
Sweet and sour pork | Cerdo agridulce | 咕噜肉 | 480 | rice chopsticks
Beef with broccoli | Carne con brócoli | 西兰花牛肉 | 520 | rice chopsticks
Mapo tofu | Tofu mapo | 麻婆豆腐 | 420 | rice spice chopsticks
Sizzling black pepper beef | Carne a la pimienta negra | 铁板黑椒牛柳 | 560 | rice chopsticks
Chicken with almonds | Pollo con almendras | 杏仁鸡丁 | 490 | rice chopsticks
Prawns with ginger | Langostinos al jengibre | 姜葱大虾 | 620 | rice chopsticks
Braised aubergine | Berenjenas estofadas | 红烧茄子 | 390 | rice spice chopsticks
Crispy duck, half | Medio pato crocante | 香酥鸭半只 | 890 | chopsticks
= Rice and noodles
House fried rice | Arroz chaufán de la casa | 招牌炒饭 | 380 | spice
Vegetable fried rice | Arroz frito con verduras | 蔬菜炒饭 | 340 | spice
Chicken chow mein | Chow mein de pollo | 鸡肉炒面 | 420 | spice chopsticks
Beef noodle soup | Sopa de fideos con carne | 牛肉面 | 460 | spice chopsticks
Fried rice noodles with prawns | Fideos de arroz con camarones | 虾仁炒河粉 | 490 | spice chopsticks
Steamed rice | Arroz blanco | 白米饭 | 120
`;

export const EMPANADAS = `
= Empanadas
Dozen of your choice | Docena surtida | 自选一打 | 1080 | dozen
Half a dozen of your choice | Media docena surtida | 自选半打 | 590 | dozen
Beef empanada | Empanada de carne | 牛肉馅饼 | 105
Spicy beef empanada | Empanada de carne picante | 辣味牛肉馅饼 | 105
Beef cut by knife | Empanada de carne cortada a cuchillo | 手切牛肉馅饼 | 125
Ham and cheese empanada | Empanada de jamón y queso | 火腿芝士馅饼 | 105
Chicken empanada | Empanada de pollo | 鸡肉馅饼 | 105
Sweet corn empanada | Empanada de choclo | 玉米馅饼 | 105
Spinach and cheese empanada | Empanada de espinaca y queso | 菠菜芝士馅饼 | 105
Cheese and onion empanada | Empanada de queso y cebolla | 芝士洋葱馅饼 | 105
Caprese empanada | Empanada caprese | 卡普雷塞馅饼 | 110
Tuna empanada | Empanada de atún | 金枪鱼馅饼 | 115
Lamb empanada | Empanada de cordero | 羊肉馅饼 | 135
Olive and beef empanada | Empanada criolla con aceitunas | 橄榄牛肉馅饼 | 110
Dulce de leche empanada | Empanada de dulce de leche | 焦糖馅饼 | 105
Quince and cheese empanada | Empanada Martín Fierro | 榅桲芝士馅饼 | 105
= Tarts
Pascualina | Tarta pascualina | 菠菜鸡蛋派 | 320 | | Spinach and whole eggs ~ Acelga y huevo entero
Pumpkin tart | Tarta de zapallo | 南瓜派 | 300
Ham and cheese tart | Tarta de jamón y queso | 火腿芝士派 | 320
Onion tart | Tarta de cebolla | 洋葱派 | 300
`;

export const ICE_CREAM = `
= Ice cream by weight
Quarter of a kilo | Cuarto kilo | 四分之一公斤 | 290 | ice_cream scoop_extras
Half a kilo | Medio kilo | 半公斤 | 490 | ice_cream scoop_extras
One kilo | Un kilo | 一公斤 | 890 | ice_cream scoop_extras
Sugar-free quarter | Cuarto sin azúcar | 无糖四分之一公斤 | 340 | ice_cream
= Cups and cones
Small cup | Vasito chico | 小杯 | 150 | ice_cream scoop_extras
Large cup | Vasito grande | 大杯 | 210 | ice_cream scoop_extras
Cone | Cucurucho | 蛋筒 | 190 | ice_cream
Dipped cone | Cucurucho bañado en chocolate | 巧克力脆皮蛋筒 | 240 | ice_cream
= Ice creams to share
Chocolate bombe | Bombón escocés | 巧克力冰淇淋球 | 160
Almond bombe | Bombón almendrado | 杏仁冰淇淋球 | 170
Ice cream cake for eight | Torta helada para ocho | 八人冰淇淋蛋糕 | 1290 | | Dulce de leche, chocolate and meringue ~ Dulce de leche, chocolate y merengue
Cassata | Casata | 三色冰糕 | 240
Six lollies, fruit | Seis palitos de fruta | 水果冰棒六支 | 390
Six lollies, cream | Seis palitos de crema | 奶油冰棒六支 | 460
= Milkshakes and more
Milkshake | Milkshake | 奶昔 | 270 | ice_cream
Affogato | Affogato | 阿芙佳朵 | 240
Banana split | Banana split | 香蕉船 | 390 | ice_cream scoop_extras
Brownie with ice cream | Brownie con helado | 布朗尼配冰淇淋 | 340 | ice_cream
Waffle with ice cream | Waffle con helado | 华夫饼配冰淇淋 | 370 | ice_cream scoop_extras
Pancake with dulce de leche | Panqueque de dulce de leche | 焦糖薄饼 | 260
`;

export const VEGETARIAN = `
= Bowls and salads
Quinoa and roast pumpkin bowl | Bowl de quinoa y calabaza asada | 藜麦烤南瓜碗 | 420 | without
Falafel bowl | Bowl de falafel | 鹰嘴豆丸子碗 | 430 | without
Mediterranean bowl | Bowl mediterráneo | 地中海碗 | 440 | without | Hummus, tabbouleh, olives, grilled vegetables ~ Hummus, tabulé, aceitunas y verduras grilladas
Tofu poke | Poke de tofu | 豆腐波奇碗 | 440 | spice
Lentil and beetroot salad | Ensalada de lentejas y remolacha | 扁豆甜菜沙拉 | 360 | without
Green salad with seeds | Ensalada verde con semillas | 种子绿叶沙拉 | 320 | without
= Hot dishes
Vegetable lasagne | Lasaña de verduras | 蔬菜千层面 | 460
Lentil stew | Guiso de lentejas | 炖扁豆 | 390 | bread
Seitan milanesa | Milanesa de seitán | 面筋排 | 440 | side
Soy milanesa Neapolitan | Milanesa de soja napolitana | 那不勒斯大豆排 | 440 | side
Thai vegetable curry | Curry tailandés de verduras | 泰式蔬菜咖喱 | 450 | spice
Stuffed courgettes | Zapallitos rellenos | 酿西葫芦 | 390
Chickpea burger | Hamburguesa de garbanzos | 鹰嘴豆汉堡 | 390 | burger_side without
Pumpkin soup | Crema de calabaza | 南瓜浓汤 | 290 | bread
= Wraps
Falafel wrap | Wrap de falafel | 鹰嘴豆丸子卷 | 340 | sauces without
Grilled vegetable wrap | Wrap de verduras grilladas | 烤蔬菜卷 | 330 | sauces without
Avocado and tofu wrap | Wrap de palta y tofu | 牛油果豆腐卷 | 350 | sauces without
= Juices
Carrot, orange and ginger | Zanahoria, naranja y jengibre | 胡萝卜橙姜汁 | 190 | ice
Green juice | Jugo verde | 蔬菜汁 | 200 | ice
Strawberry and banana smoothie | Licuado de frutilla y banana | 草莓香蕉奶昔 | 220 | milk
`;

export const LEVANT = `
= Lehmeyun and shawarma
Lehmeyun | Lehmeyun | 亚美尼亚肉饼 | 110 | spice | Thin dough, minced beef, lemon ~ Masa fina, carne picada y limón
Lehmeyun, six | Lehmeyun, seis | 亚美尼亚肉饼六张 | 600 | spice
Beef shawarma | Shawarma de carne | 牛肉沙威玛 | 390 | without spice
Chicken shawarma | Shawarma de pollo | 鸡肉沙威玛 | 380 | without spice
Falafel in pita | Falafel en pan pita | 鹰嘴豆丸子口袋饼 | 330 | without sauces
Kebab on the plate | Kebab al plato | 烤肉拼盘 | 520 | side spice
= Starters
Hummus | Hummus | 鹰嘴豆泥 | 290 | bread
Baba ganoush | Baba ganush | 烤茄泥 | 300 | bread
Labneh | Labne | 浓缩酸奶酪 | 280 | bread
Tabbouleh | Tabulé | 塔布勒沙拉 | 280
Stuffed vine leaves, eight | Hojas de parra rellenas, ocho | 葡萄叶卷八只 | 390
Kibbeh, four | Quibes fritos, cuatro | 炸羊肉丸四只 | 340
Mezze for two | Mezze para dos | 双人开胃拼盘 | 790 | bread
= Mains
Manti | Mantí | 酸奶小饺子 | 490 | | Tiny dumplings with yoghurt and sumac ~ Empanaditas con yogur y zumaque
Lamb skewer with rice | Brochette de cordero con arroz | 羊肉串配米饭 | 590 | spice
Chicken skewer with rice | Brochette de pollo con arroz | 鸡肉串配米饭 | 490 | spice
Chicken tikka masala | Pollo tikka masala | 玛萨拉咖喱鸡 | 520 | rice spice
Vegetable biryani | Biryani de verduras | 蔬菜印度炒饭 | 450 | spice
= Sweets
Baklava | Baclava | 果仁蜜饼 | 160
Halva | Jalvá | 芝麻酥糖 | 190
`;

export const SEAFOOD = `
= From the sea
Fried squid rings | Rabas | 炸鱿鱼圈 | 490 | sauces
Garlic prawns | Camarones al ajillo | 蒜蓉虾 | 590 | bread
Fish and chips | Miniaturas de pescado con fritas | 炸鱼薯条 | 480 | sauces
Seaweed fritters | Buñuelos de algas | 海藻炸饼 | 290 | sauces | From the rocks of the coast ~ De las rocas de la costa
Grilled hake | Merluza a la plancha | 香煎鳕鱼 | 520 | side
Black corvina with capers | Corvina negra con alcaparras | 酸豆石首鱼 | 680 | side
Salmon with herbs | Salmón a las hierbas | 香草三文鱼 | 790 | side
Paella for two | Paella para dos | 双人海鲜饭 | 1390
Seafood rice | Arroz con mariscos | 海鲜烩饭 | 640
Mussels Provençal | Mejillones a la provenzal | 蒜香贻贝 | 460 | bread
Galician octopus | Pulpo a la gallega | 加利西亚章鱼 | 890
Fish soup | Chupín de pescado | 鱼汤 | 490 | bread
= Tapas
Spanish omelette | Tortilla de papas | 西班牙土豆蛋饼 | 390 | bread
Patatas bravas | Papas bravas | 辣酱土豆 | 290 | spice
Ham croquettes, eight | Croquetas de jamón, ocho | 火腿可乐饼八只 | 340
Cured ham board | Tabla de jamón crudo | 生火腿拼盘 | 690 | bread
Olives and pickles | Aceitunas y encurtidos | 橄榄泡菜 | 220
Peppers stuffed with cod | Piquillos rellenos de bacalao | 鳕鱼酿甜椒 | 520
= Salads
Prawn and avocado salad | Ensalada de camarones y palta | 鲜虾牛油果沙拉 | 560 | without
Tuna salad | Ensalada de atún | 金枪鱼沙拉 | 430 | without
`;

export const MEXICAN = `
= Tacos and burritos
Tacos al pastor, three | Tacos al pastor, tres | 菠萝烤肉塔可三只 | 430 | spice without
Beef tacos, three | Tacos de carne, tres | 牛肉塔可三只 | 430 | spice without
Chicken tacos, three | Tacos de pollo, tres | 鸡肉塔可三只 | 410 | spice without
Cauliflower tacos, three | Tacos de coliflor, tres | 花椰菜塔可三只 | 380 | spice without
Beef burrito | Burrito de carne | 牛肉卷饼 | 450 | spice without
Chicken burrito | Burrito de pollo | 鸡肉卷饼 | 430 | spice without
Black bean burrito | Burrito de porotos negros | 黑豆卷饼 | 390 | spice without
Cheese quesadilla | Quesadilla de queso | 芝士薄饼 | 320 | spice
Chicken quesadilla | Quesadilla de pollo | 鸡肉芝士薄饼 | 380 | spice
Beef fajitas | Fajitas de carne | 牛肉法吉塔 | 620 | spice
= Peruvian kitchen
Classic ceviche | Ceviche clásico | 经典酸橘汁腌鱼 | 560 | spice | White fish, lime, red onion, sweet potato ~ Pescado blanco, lima, cebolla morada y boniato
Lomo saltado | Lomo saltado | 秘鲁炒牛肉 | 590 | spice
Ají de gallina | Ají de gallina | 黄椒鸡丝 | 490
Stuffed potato | Papa rellena | 酿土豆 | 310
Chaufa rice | Arroz chaufa | 秘鲁炒饭 | 430 | spice
= To share
Guacamole with nachos | Guacamole con nachos | 牛油果酱玉米片 | 380
Nachos with everything | Nachos completos | 豪华玉米片 | 460 | spice
Jalapeño poppers, six | Jalapeños rellenos, seis | 酿墨西哥辣椒六只 | 360
Corn on the cob | Elote | 墨西哥烤玉米 | 220 | spice
Churros with dulce de leche | Churros con dulce de leche | 焦糖吉拿棒 | 240
`;

/** Sold by every kitchen, at its own price level. */
export const DRINKS = `
= Drinks
Still water 600 ml | Agua sin gas 600 ml | 矿泉水 600毫升 | 95
Sparkling water 600 ml | Agua con gas 600 ml | 气泡水 600毫升 | 95
Soft drink 500 ml | Refresco 500 ml | 汽水 500毫升 | 125 | cold_drink
Soft drink 1.5 l | Refresco 1,5 L | 汽水 1.5升 | 220 | cold_drink
Fresh orange juice | Jugo de naranja natural | 鲜榨橙汁 | 190 | ice sugar
Lemonade with mint and ginger | Limonada con menta y jengibre | 薄荷姜柠檬水 | 180 | ice sugar
Grapefruit water 500 ml | Agua saborizada pomelo 500 ml | 西柚味水 500毫升 | 115
Lager 1 l | Cerveza rubia 1 L | 淡啤酒 1升 | 260
Red ale can 473 ml | Cerveza roja lata 473 ml | 红啤酒 473毫升 | 190
Tannat, half bottle | Vino tannat, media botella | 丹娜红酒半瓶 | 390
`;

export const DESSERTS = `
= Desserts
Crème caramel with dulce de leche | Flan casero con dulce de leche | 焦糖布丁 | 210
Chajá | Chajá | 桃子蛋白霜蛋糕 | 260 | | Sponge, peaches, cream, meringue; born in Paysandú ~ Bizcochuelo, duraznos, crema y merengue; de Paysandú
Massini | Massini | 蛋黄奶油蛋糕 | 250
Chocolate mousse | Mousse de chocolate | 巧克力慕斯 | 230
Rice pudding | Arroz con leche | 牛奶米布丁 | 180
Tiramisu | Tiramisú | 提拉米苏 | 280
Martín Fierro | Martín Fierro | 芝士配榅桲糕 | 190 | | Cheese and quince paste ~ Queso y dulce de membrillo
`;

/** Tables of `parse-products.ts`: English | Spanish | Chinese | tax class | brand:size:pesos, … */
export const PANTRY = `
= Bread and biscuits
Sliced white bread | Pan de molde blanco | 白吐司 | r | Molino Real:500 g:119, Trigal:600 g:128
Sliced wholemeal bread | Pan de molde integral | 全麦吐司 | r | Molino Real:500 g:132, Trigal:600 g:139
Burger buns, six | Pan de hamburguesa, seis | 汉堡胚六只 | r | Trigal:6 u:109
Hot dog rolls, six | Pan de pancho, seis | 热狗胚六只 | r | Trigal:6 u:99
Tortillas | Tortillas de trigo | 小麦薄饼 | r | Trigal:8 u:149
Salt crackers | Galletas al agua | 咸饼干 | r | Molino Real:300 g:89, Marinera:140 g:58
Wholemeal crackers | Galletas integrales | 全麦饼干 | r | Molino Real:300 g:98
Malt biscuits | Galletitas María | 玛丽饼干 | s | Abuela Rosa:200 g:62
Chocolate biscuits | Galletitas de chocolate | 巧克力饼干 | s | Bosque:120 g:68, Bosque:360 g:179
Filled wafers | Obleas rellenas | 威化饼 | s | Bosque:100 g:55
Alfajor, chocolate | Alfajor de chocolate | 巧克力夹心饼 | s | Punta Brava:60 g:52, Punta Brava:6 u:279
Alfajor, meringue | Alfajor de nieve | 蛋白霜夹心饼 | s | Punta Brava:60 g:52
Rice cakes | Galletas de arroz | 米饼 | s | Marinera:150 g:98
= Pasta, rice and flour
Spaghetti | Fideos spaghetti | 意大利面 | r | Nonna Pina:500 g:65, Molino Real:500 g:58
Short pasta | Fideos tirabuzón | 螺旋面 | r | Nonna Pina:500 g:65, Molino Real:500 g:58
Soup pasta | Fideos para sopa | 汤面 | r | Nonna Pina:500 g:62
White rice | Arroz blanco | 白米 | r | Laguna:1 kg:59, Laguna:5 kg:279, Bañado:1 kg:52
Parboiled rice | Arroz parboiled | 蒸谷米 | r | Laguna:1 kg:72
Brown rice | Arroz integral | 糙米 | r | Bañado:1 kg:79
Wheat flour 0000 | Harina 0000 | 精制面粉 | r | Molino Real:1 kg:49
Self-raising flour | Harina leudante | 自发粉 | r | Molino Real:1 kg:56
Breadcrumbs | Pan rallado | 面包屑 | r | Molino Real:500 g:72
Cornflour | Fécula de maíz | 玉米淀粉 | r | Marinera:500 g:98
Polenta | Polenta instantánea | 玉米粥粉 | r | Marinera:450 g:69
Lentils | Lentejas | 扁豆 | r | Huerta Fría:500 g:89
Chickpeas | Garbanzos | 鹰嘴豆 | r | Huerta Fría:500 g:95
Oat flakes | Avena en hojuelas | 燕麦片 | r | Marinera:400 g:79
Corn flakes | Copos de maíz | 玉米片 | s | Bosque:300 g:149
Granola | Granola con frutos secos | 坚果麦片 | s | Bosque:500 g:239
= Oil, sauces and tins
Sunflower oil | Aceite de girasol | 葵花籽油 | r | Sol Claro:900 ml:109, Sol Claro:1.5 l:169
Olive oil | Aceite de oliva extra virgen | 特级初榨橄榄油 | s | Olivar del Este:500 ml:389, Olivar del Este:1 l:699
Wine vinegar | Vinagre de vino | 葡萄酒醋 | s | Marinera:500 ml:69
Mayonnaise | Mayonesa | 蛋黄酱 | s | Doña Salsa:500 g:129, Doña Salsa:1 kg:219
Ketchup | Kétchup | 番茄酱 | s | Doña Salsa:400 g:109
Mustard | Mostaza | 芥末酱 | s | Doña Salsa:250 g:72
Chimichurri | Chimichurri | 阿根廷青酱 | s | Doña Salsa:180 g:119
Tomato purée | Pulpa de tomate | 番茄泥 | r | Sierra Roja:1 l:82, Sierra Roja:500 g:55
Tomato sauce with basil | Salsa de tomate con albahaca | 罗勒番茄酱 | s | Sierra Roja:340 g:79
Tuna in oil | Atún en aceite | 油浸金枪鱼 | s | Rompeolas:170 g:98
Tuna in water | Atún al natural | 水浸金枪鱼 | s | Rompeolas:170 g:95
Sardines | Sardinas | 沙丁鱼 | s | Rompeolas:125 g:82
Peas, tin | Arvejas en lata | 罐头豌豆 | s | Huerta Fría:300 g:45
Sweet corn, tin | Choclo en grano | 罐头玉米 | s | Huerta Fría:300 g:62
Black beans, tin | Porotos negros | 罐头黑豆 | s | Huerta Fría:340 g:65
Palm hearts | Palmitos | 棕榈心 | s | Huerta Fría:400 g:229
Peaches in syrup | Duraznos en almíbar | 糖水桃子 | s | Sierra Roja:820 g:179
Green olives | Aceitunas verdes | 绿橄榄 | s | Olivar del Este:330 g:149
Fine salt | Sal fina | 精盐 | r | Marinera:500 g:32
Coarse salt | Sal gruesa | 粗盐 | r | Marinera:1 kg:52
White sugar | Azúcar blanco | 白糖 | r | Bella Caña:1 kg:62
Brown sugar | Azúcar rubio | 红糖 | r | Bella Caña:500 g:59
Liquid sweetener | Edulcorante líquido | 液体代糖 | s | Bella Caña:200 ml:109
Honey | Miel | 蜂蜜 | r | Monte Nativo:500 g:198
Strawberry jam | Mermelada de frutilla | 草莓果酱 | s | Abuela Rosa:450 g:139
Peach jam | Mermelada de durazno | 桃子果酱 | s | Abuela Rosa:450 g:135
Chicken stock cubes | Caldo de gallina en cubos | 鸡汤块 | s | Doña Salsa:6 u:55
Oregano | Orégano | 牛至 | s | Marinera:25 g:39
Sweet paprika | Pimentón dulce | 甜椒粉 | s | Marinera:25 g:42
Soy sauce | Salsa de soja | 酱油 | s | Doña Salsa:150 ml:98
Instant noodles | Fideos instantáneos | 方便面 | s | Nonna Pina:80 g:42
= Yerba, coffee and tea
Yerba mate | Yerba mate | 马黛茶 | r | Cerro Verde:500 g:119, Cerro Verde:1 kg:219, Matrera:1 kg:232
Yerba mate with herbs | Yerba compuesta con yuyos | 草本马黛茶 | r | Cerro Verde:1 kg:238, Matrera:500 g:132
Ground coffee | Café molido | 咖啡粉 | r | Puerto Café:250 g:219, Puerto Café:500 g:409
Instant coffee | Café soluble | 速溶咖啡 | r | Puerto Café:100 g:239, Puerto Café:170 g:369
Black tea | Té negro | 红茶包 | r | Hojas del Sur:20 u:59
Chamomile tea | Té de manzanilla | 洋甘菊茶 | r | Hojas del Sur:20 u:65
Green tea | Té verde | 绿茶包 | r | Hojas del Sur:20 u:72
Cocoa powder | Cocoa en polvo | 可可粉 | s | Bosque:400 g:149, Bosque:180 g:82
= Snacks and sweets
Potato crisps | Papas chips | 薯片 | s | Papa Ya:45 g:59, Papa Ya:140 g:149, Papa Ya:250 g:229
Corn nachos | Nachos de maíz | 玉米片 | s | Papa Ya:150 g:139
Salted peanuts | Maní salado | 盐焗花生 | s | Papa Ya:120 g:69
Mixed nuts | Mix de frutos secos | 混合坚果 | s | Monte Nativo:100 g:129
Cheese puffs | Palitos de queso | 芝士条 | s | Papa Ya:90 g:72
Milk chocolate | Chocolate con leche | 牛奶巧克力 | s | Bosque:25 g:49, Bosque:100 g:139
Dark chocolate 70 % | Chocolate amargo 70 % | 黑巧克力70% | s | Bosque:80 g:159
Sugared peanuts | Garrapiñada | 糖衣花生 | s | Punta Brava:80 g:59
Mint sweets | Pastillas de menta | 薄荷糖 | s | Punta Brava:30 g:35
Chewing gum | Chicles | 口香糖 | s | Punta Brava:14 g:39
Cereal bar | Barra de cereal | 谷物棒 | s | Bosque:23 g:32, Bosque:6 u:169
Popcorn | Pop para microondas | 微波爆米花 | s | Papa Ya:100 g:69
`;

export const BEVERAGES = `
= Drinks
Still water | Agua mineral sin gas | 矿泉水 | s | Fuente Alta:600 ml:45, Fuente Alta:2.25 l:75, Fuente Alta:6.25 l:139
Sparkling water | Agua mineral con gas | 气泡水 | s | Fuente Alta:600 ml:45, Fuente Alta:2.25 l:75
Grapefruit water | Agua saborizada pomelo | 西柚味水 | s | Fuente Alta:1.65 l:89
Apple water | Agua saborizada manzana | 苹果味水 | s | Fuente Alta:1.65 l:89
Cola | Refresco cola | 可乐 | s | Kolmena:600 ml:68, Kolmena:1.5 l:119, Kolmena:2.25 l:159, Kolmena:354 ml:58
Cola without sugar | Refresco cola sin azúcar | 无糖可乐 | s | Kolmena:600 ml:68, Kolmena:1.5 l:119, Kolmena:2.25 l:159
Grapefruit soda | Refresco pomelo | 西柚汽水 | s | Paso Pomelo:600 ml:62, Paso Pomelo:1.5 l:109, Paso Pomelo:2 l:129
Orange soda | Refresco naranja | 橙味汽水 | s | Paso Pomelo:1.5 l:109
Lemon and lime soda | Refresco lima limón | 柠檬青柠汽水 | s | Kolmena:1.5 l:115
Tonic water | Agua tónica | 汤力水 | s | Paso Pomelo:1.5 l:119
Orange juice | Jugo de naranja | 橙汁 | s | Quinta Linda:1 l:109
Apple juice | Jugo de manzana | 苹果汁 | s | Quinta Linda:1 l:105, Quinta Linda:200 ml:38
Peach juice | Jugo de durazno | 桃汁 | s | Quinta Linda:1 l:105
Isotonic drink | Bebida isotónica | 运动饮料 | s | Rayo:500 ml:82
Energy drink | Bebida energizante | 能量饮料 | s | Rayo:250 ml:99, Rayo:473 ml:149
Almond drink | Bebida de almendras | 杏仁奶 | s | Monte Nativo:1 l:189
= Beer, wine and spirits
Lager | Cerveza rubia | 淡啤酒 | s | Rambla Norte:1 l:135, Rambla Norte:473 ml:89, Ancla:1 l:128, Ancla:6 u:489
IPA | Cerveza IPA | 印度淡色艾尔 | s | Ancla:473 ml:149
Stout | Cerveza negra | 黑啤 | s | Rambla Norte:473 ml:109
Alcohol-free beer | Cerveza sin alcohol | 无醇啤酒 | s | Ancla:473 ml:95
Tannat | Vino tannat | 丹娜红葡萄酒 | s | Bodega Los Ceibos:750 ml:349, Viña Colorada:750 ml:249, Viña Colorada:1 l:189
Merlot | Vino merlot | 梅洛红葡萄酒 | s | Bodega Los Ceibos:750 ml:339
Sauvignon blanc | Vino sauvignon blanc | 长相思白葡萄酒 | s | Bodega Los Ceibos:750 ml:339
Albariño | Vino albariño | 阿尔巴利诺白葡萄酒 | s | Bodega Los Ceibos:750 ml:489
Rosé | Vino rosado | 桃红葡萄酒 | s | Viña Colorada:750 ml:239
Sparkling wine | Espumoso brut | 起泡酒 | s | Bodega Los Ceibos:750 ml:449
Cider | Sidra | 苹果酒 | s | Quinta Linda:710 ml:189
Medio y medio | Medio y medio | 半干起泡酒 | s | Viña Colorada:750 ml:298
Whisky | Whisky nacional | 威士忌 | s | Old Harbour:1 l:549, Old Harbour:200 ml:169
Gin | Gin | 金酒 | s | Costa Este:750 ml:789
Grappa with honey | Grappamiel | 蜂蜜渣酿白兰地 | s | Monte Nativo:750 ml:359
Vermouth | Vermut rosso | 味美思 | s | Costa Este:1 l:429
`;

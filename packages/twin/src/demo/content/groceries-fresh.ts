/**
 * Packaged articles as tables, read by `parse-products.ts`. `= category`, then one article a line:
 * English | Spanish | Chinese | tax class (s standard, r reduced, e exempt) | brand:size:pesos, …
 * The brands are invented, and so are their GTINs.
 */
export const DAIRY = `
= Milk and dairy
Whole milk | Leche entera | 全脂牛奶 | e | Del Litoral:1 l:49, Tambo Viejo:1 l:53, Del Litoral:3 l:139
Skimmed milk | Leche descremada | 脱脂牛奶 | e | Del Litoral:1 l:51, Tambo Viejo:1 l:55
Lactose-free milk | Leche deslactosada | 无乳糖牛奶 | e | Del Litoral:1 l:72
Chocolate milk | Leche chocolatada | 巧克力牛奶 | s | Tambo Viejo:250 ml:48, Tambo Viejo:1 l:98
Drinking yoghurt strawberry | Yogur bebible frutilla | 草莓酸奶饮 | s | Del Litoral:1 l:109, Tambo Viejo:200 g:42
Drinking yoghurt vanilla | Yogur bebible vainilla | 香草酸奶饮 | s | Del Litoral:1 l:109
Greek yoghurt | Yogur griego natural | 希腊酸奶 | s | Tambo Viejo:160 g:69, Tambo Viejo:500 g:189
Butter | Manteca | 黄油 | s | Del Litoral:200 g:129, Sierra Alta:200 g:138
Cream | Crema doble | 奶油 | s | Del Litoral:350 ml:138
Cream cheese | Queso crema | 奶油奶酪 | s | Tambo Viejo:200 g:149, Del Litoral:200 g:142
Colonia cheese | Queso colonia | 科洛尼亚奶酪 | s | Sierra Alta:300 g:219, Quesería Suiza:300 g:248
Mozzarella | Queso muzzarella | 马苏里拉奶酪 | s | Sierra Alta:500 g:269, Quesería Suiza:250 g:155
Grated cheese | Queso rallado | 芝士碎 | s | Sierra Alta:40 g:58, Sierra Alta:120 g:139
Dambo cheese, sliced | Queso dambo en fetas | 丹波奶酪片 | s | Quesería Suiza:200 g:158
Dulce de leche | Dulce de leche | 牛奶焦糖酱 | s | Abuela Rosa:400 g:119, Abuela Rosa:1 kg:239, Del Litoral:500 g:132
Chocolate dessert | Postre de chocolate | 巧克力布丁 | s | Tambo Viejo:100 g:42
= Eggs
Eggs, half a dozen | Huevos, media docena | 鸡蛋六枚 | e | Granja El Gallo:6 u:78
Eggs, dozen | Huevos, docena | 鸡蛋十二枚 | e | Granja El Gallo:12 u:149, La Ponedora:12 u:142
Free-range eggs | Huevos de gallinas libres | 散养鸡蛋 | e | La Ponedora:12 u:209
`;

export const PRODUCE = `
= Fruit and vegetables
Bananas | Bananas | 香蕉 | e | Granel:1 kg:89
Red apples | Manzanas rojas | 红苹果 | e | Granel:1 kg:99
Green apples | Manzanas verdes | 青苹果 | e | Granel:1 kg:109
Oranges | Naranjas | 橙子 | e | Granel:1 kg:59, Granel:3 kg:149
Mandarins | Mandarinas | 柑橘 | e | Granel:1 kg:65
Lemons | Limones | 柠檬 | e | Granel:1 kg:79
Grapefruit | Pomelo | 西柚 | e | Granel:1 kg:72
Pears | Peras | 梨 | e | Granel:1 kg:109
Strawberries | Frutillas | 草莓 | e | Granel:500 g:149
Avocados | Paltas | 牛油果 | e | Granel:2 u:139
Tomatoes | Tomates | 番茄 | e | Granel:1 kg:99
Cherry tomatoes | Tomates cherry | 樱桃番茄 | e | Granel:250 g:89
Potatoes | Papas | 土豆 | e | Granel:1 kg:49, Granel:3 kg:129
Sweet potatoes | Boniatos | 红薯 | e | Granel:1 kg:55
Onions | Cebollas | 洋葱 | e | Granel:1 kg:52
Garlic | Ajo | 大蒜 | e | Granel:3 u:69
Carrots | Zanahorias | 胡萝卜 | e | Granel:1 kg:55
Butterhead lettuce | Lechuga mantecosa | 奶油生菜 | e | Granel:1 u:49
Rocket | Rúcula | 芝麻菜 | e | Granel:1 u:55
Spinach | Espinaca | 菠菜 | e | Granel:1 u:59
Chard | Acelga | 甜菜叶 | e | Granel:1 u:49
Pumpkin | Zapallo calabacín | 南瓜 | e | Granel:1 kg:55
Courgettes | Zapallitos | 西葫芦 | e | Granel:1 kg:79
Red peppers | Morrones rojos | 红甜椒 | e | Granel:500 g:99
Cucumber | Pepino | 黄瓜 | e | Granel:500 g:52
Broccoli | Brócoli | 西兰花 | e | Granel:1 u:89
Mushrooms | Champiñones | 蘑菇 | e | Granel:200 g:119
Corn on the cob | Choclos | 甜玉米 | e | Granel:3 u:89
Parsley | Perejil | 欧芹 | e | Granel:1 u:25
Basil | Albahaca | 罗勒 | e | Granel:1 u:45
Aubergine | Berenjenas | 茄子 | e | Granel:1 kg:85
Watermelon | Sandía | 西瓜 | e | Granel:4 kg:159
Grapes | Uvas | 葡萄 | e | Granel:500 g:99
`;

export const MEAT = `
= Meat and delicatessen
Minced beef | Carne picada especial | 牛肉馅 | r | Campo Abierto:500 g:219, Campo Abierto:1 kg:419
Short ribs | Asado de tira | 牛肋条 | r | Campo Abierto:1 kg:449
Rump steak | Cuadril | 臀肉牛排 | r | Campo Abierto:1 kg:589
Milanesa cut | Nalga para milanesas | 炸排牛肉 | r | Campo Abierto:1 kg:579
Chicken, whole | Pollo entero | 整鸡 | r | Granja El Gallo:2 kg:329
Chicken breast | Pechuga de pollo | 鸡胸肉 | r | Granja El Gallo:1 kg:389
Chicken thighs | Muslos de pollo | 鸡腿 | r | Granja El Gallo:1 kg:219
Pork chops | Costillas de cerdo | 猪排 | r | Campo Abierto:1 kg:379
Chorizo | Chorizo parrillero | 烤肠 | s | Don Fermín:500 g:239
Frankfurters | Frankfurters | 法兰克福香肠 | s | Don Fermín:6 u:98, Don Fermín:12 u:179
Cooked ham, sliced | Jamón cocido en fetas | 熟火腿片 | s | Don Fermín:200 g:159, Sierra Alta:200 g:148
Salami, sliced | Salame en fetas | 萨拉米片 | s | Don Fermín:100 g:119
Pancetta | Panceta ahumada | 烟熏培根 | s | Don Fermín:150 g:169
Fish fingers | Bastones de pescado | 鱼条 | s | Rompeolas:300 g:209
Hake fillets | Filetes de merluza | 鳕鱼片 | r | Rompeolas:800 g:359
`;

export const FROZEN = `
= Frozen
Frozen peas | Arvejas congeladas | 冷冻豌豆 | s | Huerta Fría:300 g:89
Frozen spinach | Espinaca congelada | 冷冻菠菜 | s | Huerta Fría:500 g:129
Oven fries | Papas para horno | 冷冻薯条 | s | Huerta Fría:700 g:189, Papa Ya:1 kg:229
Mozzarella pizza | Pizza con muzzarella | 冷冻芝士披萨 | s | Don Horno:450 g:229
Lasagne | Lasaña | 冷冻千层面 | s | Don Horno:500 g:279
Beef burgers, four | Hamburguesas de carne, cuatro | 牛肉汉堡饼四片 | s | Campo Abierto:320 g:219
Chicken nuggets | Nuggets de pollo | 鸡块 | s | Granja El Gallo:400 g:239
Ice cream, vanilla and chocolate | Helado crema y chocolate | 双味冰淇淋 | s | Polo Sur:1 l:249
Ice cream, dulce de leche | Helado dulce de leche | 焦糖冰淇淋 | s | Polo Sur:1 l:259
Ice | Hielo en bolsa | 冰块 | s | Polo Sur:2 kg:99
`;

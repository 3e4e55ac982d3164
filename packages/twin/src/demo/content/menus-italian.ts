/** Tables of `parse-menu.ts`: English | Spanish | Chinese | pesos | option groups | descriptions. */
export const PIZZERIA = `
= Pizzas
Mozzarella pizza | Pizza con muzzarella | 马苏里拉披萨 | 290 | pizza_size toppings
Plain pizza | Pizza sola | 原味番茄披萨 | 190 | pizza_size toppings | Tomato and oregano, the Montevideo way ~ Salsa de tomate y orégano, al tacho
Figazza | Figazza | 洋葱佛卡夏 | 230 | pizza_size toppings | Onion and peppers, without tomato ~ Cebolla y morrón, sin salsa
Figazza with mozzarella | Figazza con muzzarella | 洋葱芝士佛卡夏 | 320 | pizza_size toppings
Neapolitan | Napolitana | 那不勒斯披萨 | 360 | pizza_size toppings | Sliced tomato, garlic, basil ~ Tomate en rodajas, ajo y albahaca
Ham and peppers | Jamón y morrones | 火腿甜椒披萨 | 380 | pizza_size toppings
Four cheeses | Cuatro quesos | 四重芝士披萨 | 430 | pizza_size toppings
Calabrese | Calabresa | 辣肠披萨 | 390 | pizza_size toppings
Rocket and cured ham | Rúcula y jamón crudo | 芝麻菜生火腿披萨 | 470 | pizza_size toppings
Palm hearts | Palmitos con salsa golf | 棕榈心披萨 | 420 | pizza_size toppings
Mushroom | Champiñones | 蘑菇披萨 | 390 | pizza_size toppings
Anchovy | Anchoas | 凤尾鱼披萨 | 380 | pizza_size toppings
House special | Especial de la casa | 招牌披萨 | 490 | pizza_size toppings | Ham, egg, olives, peppers, mozzarella ~ Jamón, huevo, aceitunas, morrón y muzzarella
= Fainá and calzones
Fainá | Fainá | 鹰嘴豆饼 | 120 | | Chickpea flour, thin from the edge ~ De orillo, harina de garbanzos
Fainá with cheese | Fainá con queso | 芝士鹰嘴豆饼 | 180
Calzone ham and cheese | Calzone de jamón y queso | 火腿芝士卡颂 | 420
Calzone spinach and ricotta | Calzone de espinaca y ricota | 菠菜乳清卡颂 | 410
= From the kitchen
Milanesa with fries | Milanesa con fritas | 炸牛排配薯条 | 490 | sauces
Chivito in bread | Chivito al pan | 奇维托牛排三明治 | 490 | burger_side without
Gnocchi | Ñoquis | 土豆面疙瘩 | 390 | pasta_sauce grated
French fries | Papas fritas | 薯条 | 230 | sauces
Mixed salad | Ensalada mixta | 什锦沙拉 | 240 | without
`;

export const PASTA = `
= Fresh pasta
Spinach and ricotta ravioli | Ravioles de espinaca y ricota | 菠菜乳清方饺 | 460 | pasta_sauce grated
Meat ravioli | Ravioles de carne | 牛肉方饺 | 470 | pasta_sauce grated
Potato gnocchi | Ñoquis de papa | 土豆面疙瘩 | 420 | pasta_sauce grated | By tradition on the 29th, here every day ~ El 29 es tradición; acá, todos los días
Tagliatelle | Tallarines al huevo | 鸡蛋宽面 | 410 | pasta_sauce grated
Capelletti | Capeletis | 帽形饺 | 480 | pasta_sauce grated
Sorrentinos ham and cheese | Sorrentinos de jamón y queso | 火腿芝士圆饺 | 520 | pasta_sauce grated
Pumpkin sorrentinos | Sorrentinos de calabaza | 南瓜圆饺 | 510 | pasta_sauce grated
Meat cannelloni | Canelones de carne | 牛肉卷面 | 490 | pasta_sauce grated
Vegetable cannelloni | Canelones de verdura | 蔬菜卷面 | 480 | pasta_sauce grated
Lasagne | Lasaña de la casa | 千层面 | 540 | grated | Beef, ham, béchamel, five layers ~ Carne, jamón y bechamel, cinco capas
Seafood spaghetti | Spaghetti frutti di mare | 海鲜意面 | 640 | grated
Spaghetti carbonara | Spaghetti carbonara | 培根蛋面 | 520 | grated
Mushroom risotto | Risotto de hongos | 蘑菇烩饭 | 590 | grated
= To start
Burrata and tomato | Burrata y tomates | 布拉塔芝士番茄 | 490
Caprese salad | Ensalada caprese | 卡普雷塞沙拉 | 380
Focaccia with rosemary | Focaccia al romero | 迷迭香佛卡夏 | 210
Vitel toné | Vitel toné | 金枪鱼酱冷牛肉 | 450
= From the kitchen
Chicken parmigiana | Suprema a la parmesana | 帕玛森鸡排 | 560 | side
Veal scaloppine with lemon | Escalopes al limón | 柠檬小牛排 | 620 | side
Margherita | Pizza margherita | 玛格丽特披萨 | 420 | toppings
`;

export const SUSHI = `
= Rolls
Philadelphia roll, eight | Philadelphia, ocho piezas | 费城卷八枚 | 420 | sushi_extras chopsticks | Salmon, cream cheese, chives ~ Salmón, queso crema y ciboulette
New York roll, eight | New York, ocho piezas | 纽约卷八枚 | 410 | sushi_extras chopsticks
California roll, eight | California, ocho piezas | 加州卷八枚 | 360 | sushi_extras chopsticks
Hot roll, eight | Hot roll, ocho piezas | 炸卷八枚 | 440 | sushi_extras chopsticks | Fried in panko ~ Rebozado en panko
Prawn tempura roll, eight | Tempura de langostino, ocho piezas | 天妇罗虾卷八枚 | 470 | sushi_extras chopsticks
Avocado roll, eight | Palta roll, ocho piezas | 牛油果卷八枚 | 340 | sushi_extras chopsticks
Spicy tuna roll, eight | Atún picante, ocho piezas | 辣金枪鱼卷八枚 | 450 | sushi_extras chopsticks
Dulce de leche dessert roll | Roll dulce de leche | 焦糖甜卷 | 290 | chopsticks
= Nigiri and sashimi
Salmon nigiri, four | Niguiri de salmón, cuatro | 三文鱼寿司四枚 | 340 | sushi_extras chopsticks
Prawn nigiri, four | Niguiri de langostino, cuatro | 鲜虾寿司四枚 | 330 | sushi_extras chopsticks
Salmon sashimi, nine slices | Sashimi de salmón, nueve láminas | 三文鱼刺身九片 | 590 | sushi_extras chopsticks
White fish tiradito | Tiradito de pescado blanco | 白鱼薄切 | 480 | spice
= Combos
Combo of 15 pieces | Combo 15 piezas | 十五枚拼盘 | 720 | sushi_extras chopsticks
Combo of 30 pieces | Combo 30 piezas | 三十枚拼盘 | 1290 | sushi_extras chopsticks | Two Philadelphia, one hot roll, six nigiri ~ Dos Philadelphia, un hot roll y seis niguiris
Salmon combo of 24 | Combo salmón 24 piezas | 三文鱼拼盘二十四枚 | 1180 | sushi_extras chopsticks
Vegetarian combo of 16 | Combo vegetariano 16 piezas | 素食拼盘十六枚 | 640 | sushi_extras chopsticks
= Hot dishes
Chicken yakisoba | Yakisoba de pollo | 鸡肉炒面 | 450 | spice chopsticks
Salmon poke bowl | Poke de salmón | 三文鱼波奇饭 | 540 | sushi_extras
Gyoza, six | Gyozas de cerdo, seis | 煎饺六只 | 340 | chopsticks
Miso soup | Sopa de miso | 味噌汤 | 210
Edamame | Edamames | 毛豆 | 230
`;

export const CAFE = `
= Coffee and tea
Espresso | Café expreso | 浓缩咖啡 | 120 | sugar
Cortado | Cortado | 可塔朵 | 140 | milk sugar
Flat white | Flat white | 馥芮白 | 190 | milk sugar
Cappuccino | Capuchino | 卡布奇诺 | 190 | coffee_size milk sugar
Latte | Café con leche | 拿铁 | 180 | coffee_size milk sugar
Mocha | Mocaccino | 摩卡 | 220 | coffee_size milk sugar
Iced latte with dulce de leche | Latte frío con dulce de leche | 焦糖冰拿铁 | 250 | coffee_size milk ice
Cold brew | Café de extracción en frío | 冷萃咖啡 | 230 | ice sugar
Submarino | Submarino | 热巧克力牛奶 | 210 | milk | Hot milk with a chocolate bar to melt in it ~ Leche caliente con barra de chocolate
Black tea | Té negro | 红茶 | 130 | sugar
Fresh mint tea | Té de menta fresca | 鲜薄荷茶 | 150 | sugar
= Breakfast and tea time
Croissant | Croissant de manteca | 黄油牛角包 | 140
Ham and cheese croissant | Medialuna con jamón y queso | 火腿芝士牛角包 | 230
Toast with jam and butter | Tostadas con manteca y mermelada | 黄油果酱吐司 | 220 | bread
Avocado toast with egg | Tostón de palta y huevo | 牛油果鸡蛋吐司 | 380 | bread
Scrambled eggs | Huevos revueltos | 炒蛋 | 320 | bread
Yoghurt with granola and fruit | Yogur con granola y fruta | 酸奶燕麦水果 | 340
Hot ham and cheese sandwich | Sándwich caliente | 热火腿芝士三明治 | 290 | bread without
Caprese sandwich | Sándwich caprese | 卡普雷塞三明治 | 360 | bread without
Salmon bagel | Bagel de salmón | 三文鱼贝果 | 450 | without
= Cakes
Carrot cake | Torta de zanahoria | 胡萝卜蛋糕 | 280
Cheesecake with red berries | Cheesecake de frutos rojos | 莓果芝士蛋糕 | 310
Brownie with nuts | Brownie con nueces | 坚果布朗尼 | 230
Rogel | Torta rogel | 千层焦糖蛋糕 | 310 | | Thin layers, dulce de leche, meringue ~ Capas finas, dulce de leche y merengue
Lemon tart | Lemon pie | 柠檬派 | 270
Cinnamon roll | Rollo de canela | 肉桂卷 | 210
Cornflour alfajor | Alfajor de maicena | 玉米淀粉夹心饼 | 120
= Lunch
Quiche of the day | Tarta del día | 当日咸派 | 340 | side
Chicken Caesar | Ensalada César | 鸡肉凯撒沙拉 | 410 | without
Pumpkin soup | Crema de calabaza | 南瓜浓汤 | 310 | bread
`;

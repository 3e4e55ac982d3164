/**
 * Menus as tables, read by `parse-menu.ts`. `= category`, then one dish a line:
 * English | Spanish | Chinese | pesos | option groups | English description ~ Spanish description.
 */
export const PARRILLA = `
= From the grill
Short ribs | Asado de tira | 炭烤牛肋排 | 690 | doneness side sauces | Beef ribs over wood embers, 400 g ~ Costillas vacunas a las brasas de leña, 400 g
Flank | Vacío | 炭烤牛腹肉 | 720 | doneness side sauces | The juiciest cut, slowly grilled ~ El corte más jugoso, a fuego lento
Entrecôte | Entrecot | 肉眼牛排 | 790 | doneness side sauces | Ribeye of 350 g ~ Ojo de bife de 350 g
Rump steak | Bife de cuadril | 臀肉牛排 | 680 | doneness side sauces
Baby beef | Baby beef | 嫩牛排 | 860 | doneness side sauces | A thick cut of sirloin, 450 g ~ Bife ancho alto, 450 g
Tenderloin | Lomo a la parrilla | 炭烤菲力 | 940 | doneness side sauces
Skirt steak | Entraña | 牛横膈膜排 | 830 | doneness side sauces
Picanha | Picaña | 巴西臀盖牛排 | 760 | doneness side sauces
Lamb on the grill | Cordero a la parrilla | 烤羊排 | 820 | side sauces
Pork flank with lemon | Pamplona de cerdo al limón | 柠檬烤猪卷 | 560 | side sauces | Rolled with ham, cheese and peppers ~ Rellena de jamón, queso y morrón
Chicken pamplona | Pamplona de pollo | 烤鸡肉卷 | 540 | side sauces
Half grilled chicken | Medio pollo a la parrilla | 半只烤鸡 | 520 | side sauces
Mixed grill for two | Parrillada para dos | 双人烤肉拼盘 | 1490 | side sauces | Short ribs, flank, chorizo, blood sausage, sweetbreads, provolone ~ Asado, vacío, chorizo, morcilla, mollejas y provolone
= To start
Chorizo in bread | Choripán | 阿根廷香肠堡 | 190 | sauces | Grilled sausage in a crusty roll ~ Chorizo a las brasas en pan marsellés
Sweet blood sausage | Morcilla dulce | 甜血肠 | 160
Sweetbreads | Mollejas | 烤牛胸腺 | 520 | sauces
Grilled provolone | Provolone a la parrilla | 烤普罗沃洛芝士 | 360 | | With oregano and olive oil ~ Con orégano y aceite de oliva
Chitterlings | Chinchulines | 烤小肠 | 330
= Sides and salads
French fries | Papas fritas | 薯条 | 240 | sauces
Provençal fries | Papas fritas provenzal | 蒜香薯条 | 280
Mixed salad | Ensalada mixta | 什锦沙拉 | 250 | without
Rocket and parmesan | Rúcula y parmesano | 芝麻菜帕玛森沙拉 | 320
Grilled vegetables | Verduras a la parrilla | 烤时蔬 | 310
Baked sweet potato | Boniato al plomo | 烤红薯 | 180
`;

export const CHIVITO = `
= Chivitos
Chivito to the plate | Chivito al plato | 乌拉圭奇维托拼盘 | 690 | without sauces | Tenderloin, ham, cheese, bacon, egg, fries and Russian salad ~ Lomo, jamón, muzzarella, panceta, huevo, fritas y ensalada rusa
Chivito in bread | Chivito común al pan | 奇维托牛排三明治 | 490 | burger_side without
Canadian chivito | Chivito canadiense | 加拿大式奇维托 | 590 | burger_side without | With Canadian bacon, egg, olives and peppers ~ Con panceta canadiense, huevo, aceitunas y morrón
Chicken chivito | Chivito de pollo | 鸡肉奇维托 | 480 | burger_side without
Vegetarian chivito | Chivito vegetariano | 素食奇维托 | 460 | burger_side without | Grilled aubergine, cheese, egg, mushrooms ~ Berenjena, queso, huevo y champiñones
Chivito for two | Chivito para dos | 双人奇维托 | 1190 | without sauces
= Milanesas
Beef milanesa with fries | Milanesa de carne con fritas | 炸牛排配薯条 | 520 | sauces
Neapolitan milanesa | Milanesa napolitana | 那不勒斯炸牛排 | 590 | side | Tomato, ham and melted mozzarella ~ Salsa de tomate, jamón y muzzarella
Chicken milanesa in bread | Milanesa de pollo al pan | 炸鸡排三明治 | 390 | without
Milanesa in two loaves | Milanesa en dos panes | 双面包炸牛排 | 420 | without
Aubergine milanesa | Milanesa de berenjena | 炸茄排 | 360 | side
= Burgers and hot dogs
House burger | Hamburguesa de la casa | 招牌汉堡 | 380 | burger_side burger_extras
Double cheeseburger | Hamburguesa doble con queso | 双层芝士汉堡 | 480 | burger_side burger_extras
Hot dog with mozzarella | Pancho con muzzarella | 芝士热狗 | 160 | sauces
Húngara with everything | Húngara completa | 匈牙利香肠堡 | 210 | sauces
= Sides
French fries | Papas fritas | 薯条 | 230 | sauces
Fries with cheddar and bacon | Papas con cheddar y panceta | 切达培根薯条 | 340
Fainá | Fainá | 鹰嘴豆饼 | 110
Olimpic sandwich | Sándwich olímpico | 奥林匹克三明治 | 260 | bread
`;

export const BURGERS = `
= Burgers
Classic smash | Smash clásica | 经典压扁汉堡 | 390 | burger_side burger_extras without | Beef, lettuce, tomato, pickles, house sauce ~ Carne, lechuga, tomate, pepinillos, salsa de la casa
Cheese and bacon | Cheese bacon | 芝士培根汉堡 | 460 | burger_side burger_extras without
Triple cheddar | Triple cheddar | 三重切达汉堡 | 590 | burger_side burger_extras | Three patties of 90 g, three slices of cheddar ~ Tres medallones de 90 g y tres fetas de cheddar
Blue cheese and onion | Roquefort y cebolla caramelizada | 蓝纹芝士洋葱汉堡 | 490 | burger_side burger_extras
Crispy chicken burger | Crispy de pollo | 香脆鸡腿堡 | 430 | burger_side burger_extras without
Pulled pork | Cerdo desmechado BBQ | 手撕猪肉堡 | 480 | burger_side burger_extras
Lentil burger | Hamburguesa de lentejas | 扁豆素汉堡 | 390 | burger_side without
Mushroom and Swiss | Champiñones y gruyère | 蘑菇瑞士汉堡 | 470 | burger_side burger_extras
Provençal lamb burger | Hamburguesa de cordero | 羊肉汉堡 | 540 | burger_side burger_extras
Children's burger | Hamburguesa infantil | 儿童汉堡 | 310 | burger_side without
= Snacks
French fries | Papas fritas | 薯条 | 210 | sauces
Fries with cheddar and bacon | Papas con cheddar y panceta | 切达培根薯条 | 330
Chicken nuggets | Nuggets de pollo | 鸡块 | 280 | sauces
Chicken wings, eight | Alitas de pollo, ocho | 鸡翅八只 | 420 | spice
Onion rings | Aros de cebolla | 洋葱圈 | 260 | sauces
Mozzarella sticks | Bastones de muzzarella | 芝士条 | 330 | sauces
Hot dog | Pancho | 热狗 | 140 | sauces
Caesar salad with chicken | Ensalada César con pollo | 鸡肉凯撒沙拉 | 390 | without
= Combos
Smash for two | Combo smash para dos | 双人汉堡套餐 | 990 | burger_extras | Two classics, large fries, two cold drinks ~ Dos clásicas, papas grandes y dos refrescos
Family box | Caja familiar | 家庭桶 | 1790 | without | Four burgers, two fries, a litre and a half of drink ~ Cuatro hamburguesas, dos papas y refresco de 1,5 L
`;

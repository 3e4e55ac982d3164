import type { OptionGroup } from '@halfhour/contract';

/** id, English, Spanish, Chinese, surcharge in whole pesos. */
type Choice = readonly [id: string, en: string, es: string, zh: string, pesos?: number];

function group(
  id: string,
  [en, es, zh]: readonly [string, string, string],
  [minChoices, maxChoices]: readonly [number, number],
  choices: readonly Choice[],
): OptionGroup {
  return {
    id,
    names: { en, es, zh },
    minChoices,
    maxChoices,
    options: choices.map(([optionId, optionEn, optionEs, optionZh, pesos = 0]) => ({
      id: optionId,
      names: { en: optionEn, es: optionEs, zh: optionZh },
      priceMinor: pesos * 100,
    })),
  };
}

const GROUPS = [
  group('doneness', ['Doneness', 'Punto de cocción', '熟度'], [1, 1], [
    ['rare', 'Rare', 'Jugoso', '三分熟'],
    ['medium', 'Medium', 'A punto', '五分熟'],
    ['well', 'Well done', 'Bien cocido', '全熟'],
  ]),
  group('side', ['Side', 'Guarnición', '配菜'], [1, 1], [
    ['fries', 'French fries', 'Papas fritas', '薯条'],
    ['salad', 'Mixed salad', 'Ensalada mixta', '什锦沙拉'],
    ['russian', 'Russian salad', 'Ensalada rusa', '俄式沙拉'],
    ['mash', 'Mashed potatoes', 'Puré de papas', '土豆泥'],
    ['rustic', 'Rustic potatoes', 'Papas rústicas', '粗切薯角', 60],
  ]),
  group('sauces', ['Sauces', 'Salsas', '酱料'], [0, 3], [
    ['chimichurri', 'Chimichurri', 'Chimichurri', '阿根廷青酱'],
    ['criolla', 'Criolla', 'Salsa criolla', '克里奥尔酱'],
    ['mayonnaise', 'Mayonnaise', 'Mayonesa', '蛋黄酱'],
    ['mustard', 'Mustard', 'Mostaza', '芥末酱'],
    ['ketchup', 'Ketchup', 'Kétchup', '番茄酱'],
  ]),
  group('pizza_size', ['Size', 'Tamaño', '尺寸'], [1, 1], [
    ['small', 'Small (4 slices)', 'Chica (4 porciones)', '小份（4块）'],
    ['large', 'Large (8 slices)', 'Grande (8 porciones)', '大份（8块）', 260],
    ['metre', 'Half a metre (12 pieces)', 'Medio metro (12 porciones)', '半米（12块）', 420],
  ]),
  group('toppings', ['Extra toppings', 'Gustos extra', '加料'], [0, 4], [
    ['mozzarella', 'Double mozzarella', 'Doble muzzarella', '双份芝士', 110],
    ['ham', 'Ham', 'Jamón', '火腿', 80],
    ['olives', 'Olives', 'Aceitunas', '橄榄', 55],
    ['onion', 'Onion', 'Cebolla', '洋葱', 45],
    ['peppers', 'Roasted peppers', 'Morrones', '烤甜椒', 60],
    ['pancetta', 'Pancetta', 'Panceta', '意式培根', 95],
  ]),
  group('burger_extras', ['Extras', 'Extras', '加料'], [0, 4], [
    ['cheddar', 'Cheddar', 'Cheddar', '切达芝士', 70],
    ['bacon', 'Bacon', 'Panceta', '培根', 95],
    ['egg', 'Fried egg', 'Huevo frito', '煎蛋', 55],
    ['patty', 'Second patty', 'Medallón extra', '加一块肉饼', 180],
    ['avocado', 'Avocado', 'Palta', '牛油果', 90],
  ]),
  group('burger_side', ['With', 'Acompañamiento', '搭配'], [1, 1], [
    ['none', 'Nothing else', 'Sin acompañamiento', '不加'],
    ['fries', 'French fries', 'Papas fritas', '薯条', 90],
    ['sweet_potato', 'Sweet potato fries', 'Boniatos fritos', '红薯条', 120],
    ['rings', 'Onion rings', 'Aros de cebolla', '洋葱圈', 120],
  ]),
  group('without', ['Leave out', 'Sin', '不要'], [0, 5], [
    ['onion', 'No onion', 'Sin cebolla', '不要洋葱'],
    ['tomato', 'No tomato', 'Sin tomate', '不要番茄'],
    ['olives', 'No olives', 'Sin aceitunas', '不要橄榄'],
    ['mayonnaise', 'No mayonnaise', 'Sin mayonesa', '不要蛋黄酱'],
    ['salt', 'No added salt', 'Sin sal agregada', '不加盐'],
  ]),
  group('pasta_sauce', ['Sauce', 'Salsa', '酱汁'], [1, 1], [
    ['filetto', 'Tomato and basil', 'Filetto', '番茄罗勒'],
    ['tuco', 'Beef ragù', 'Tuco de carne', '牛肉番茄酱'],
    ['caruso', 'Caruso (ham, mushroom, cream)', 'Caruso', '卡鲁索（火腿蘑菇奶油）', 70],
    ['pesto', 'Pesto', 'Pesto', '青酱', 60],
    ['four_cheese', 'Four cheeses', 'Cuatro quesos', '四重芝士', 80],
  ]),
  group('grated', ['Grated cheese', 'Queso rallado', '芝士碎'], [0, 1], [
    ['grated', 'Grated cheese', 'Queso rallado', '芝士碎', 35],
  ]),
  group('spice', ['How hot', 'Picante', '辣度'], [1, 1], [
    ['none', 'Not hot', 'Sin picante', '不辣'],
    ['mild', 'Mild', 'Suave', '微辣'],
    ['hot', 'Hot', 'Picante', '中辣'],
    ['very_hot', 'Very hot', 'Muy picante', '特辣'],
  ]),
  group('rice', ['Rice or noodles', 'Arroz o fideos', '主食'], [1, 1], [
    ['white', 'Steamed rice', 'Arroz blanco', '白米饭'],
    ['fried', 'Fried rice', 'Arroz chaufán', '炒饭', 60],
    ['noodles', 'Egg noodles', 'Fideos de huevo', '鸡蛋面', 60],
  ]),
  group('sushi_extras', ['With', 'Agregados', '配料'], [0, 4], [
    ['wasabi', 'Wasabi', 'Wasabi', '芥末'],
    ['ginger', 'Pickled ginger', 'Jengibre', '腌姜'],
    ['soy', 'Extra soy sauce', 'Salsa de soja extra', '加酱油', 25],
    ['teriyaki', 'Teriyaki sauce', 'Salsa teriyaki', '照烧酱', 35],
  ]),
  group('chopsticks', ['Chopsticks', 'Palitos', '筷子'], [1, 1], [
    ['none', 'None', 'Sin palitos', '不需要'],
    ['one', 'One pair', 'Un par', '一双'],
    ['two', 'Two pairs', 'Dos pares', '两双'],
  ]),
  group('coffee_size', ['Size', 'Tamaño', '杯型'], [1, 1], [
    ['small', 'Small 240 ml', 'Chico 240 ml', '小杯 240毫升'],
    ['medium', 'Medium 350 ml', 'Mediano 350 ml', '中杯 350毫升', 35],
    ['large', 'Large 470 ml', 'Grande 470 ml', '大杯 470毫升', 65],
  ]),
  group('milk', ['Milk', 'Leche', '奶'], [1, 1], [
    ['whole', 'Whole milk', 'Leche entera', '全脂奶'],
    ['skimmed', 'Skimmed milk', 'Leche descremada', '脱脂奶'],
    ['almond', 'Almond drink', 'Bebida de almendras', '杏仁奶', 45],
    ['oat', 'Oat drink', 'Bebida de avena', '燕麦奶', 45],
  ]),
  group('sugar', ['Sugar', 'Azúcar', '糖度'], [1, 1], [
    ['none', 'No sugar', 'Sin azúcar', '无糖'],
    ['half', 'Half', 'Poca azúcar', '半糖'],
    ['full', 'Regular', 'Azúcar normal', '全糖'],
    ['sweetener', 'Sweetener', 'Edulcorante', '代糖'],
  ]),
  group('ice', ['Ice', 'Hielo', '冰量'], [1, 1], [
    ['none', 'No ice', 'Sin hielo', '去冰'],
    ['little', 'A little', 'Poco hielo', '少冰'],
    ['regular', 'Regular', 'Con hielo', '正常冰'],
  ]),
  group('cold_drink', ['Flavour', 'Sabor', '口味'], [1, 1], [
    ['cola', 'Cola', 'Cola', '可乐'],
    ['cola_zero', 'Cola without sugar', 'Cola sin azúcar', '无糖可乐'],
    ['orange', 'Orange', 'Naranja', '橙味'],
    ['grapefruit', 'Grapefruit', 'Pomelo', '西柚'],
    ['lemon_lime', 'Lemon and lime', 'Lima limón', '柠檬青柠'],
  ]),
  group('ice_cream', ['Flavours', 'Gustos', '口味'], [1, 4], [
    ['dulce_de_leche', 'Dulce de leche', 'Dulce de leche', '牛奶焦糖酱'],
    ['granizado', 'Dulce de leche with chocolate chips', 'Dulce de leche granizado', '焦糖巧克力碎'],
    ['chocolate', 'Chocolate', 'Chocolate', '巧克力'],
    ['bitter_chocolate', 'Dark chocolate', 'Chocolate amargo', '黑巧克力'],
    ['vanilla', 'Vanilla', 'Vainilla', '香草'],
    ['strawberry', 'Strawberry', 'Frutilla a la crema', '草莓'],
    ['lemon', 'Lemon (water)', 'Limón al agua', '柠檬冰'],
    ['sambayon', 'Sambayón', 'Sambayón', '萨巴雍'],
    ['cookies', 'Cookies and cream', 'Crema con galletitas', '奥利奥奶油'],
    ['pistachio', 'Pistachio', 'Pistacho', '开心果', 40],
  ]),
  group('scoop_extras', ['On top', 'Agregados', '加料'], [0, 3], [
    ['sauce', 'Chocolate sauce', 'Salsa de chocolate', '巧克力酱', 40],
    ['nuts', 'Chopped nuts', 'Nueces picadas', '坚果碎', 50],
    ['cream', 'Whipped cream', 'Crema batida', '鲜奶油', 50],
  ]),
  group('dozen', ['Filling', 'Relleno', '馅料'], [1, 4], [
    ['beef', 'Beef', 'Carne', '牛肉'],
    ['spicy_beef', 'Spicy beef', 'Carne picante', '辣味牛肉'],
    ['ham_cheese', 'Ham and cheese', 'Jamón y queso', '火腿芝士'],
    ['chicken', 'Chicken', 'Pollo', '鸡肉'],
    ['corn', 'Sweet corn', 'Choclo', '玉米'],
    ['spinach', 'Spinach and cheese', 'Espinaca y queso', '菠菜芝士'],
    ['onion_cheese', 'Cheese and onion', 'Queso y cebolla', '芝士洋葱'],
  ]),
  group('bread', ['Bread', 'Pan', '面包'], [1, 1], [
    ['white', 'White', 'Blanco', '白面包'],
    ['wholegrain', 'Wholegrain', 'Integral', '全麦'],
    ['pita', 'Pita', 'Pan árabe', '皮塔饼'],
    ['gluten_free', 'Gluten-free', 'Sin gluten', '无麸质', 60],
  ]),
  group('card', ['Card', 'Tarjeta', '贺卡'], [0, 1], [
    ['birthday', 'Birthday card', 'Tarjeta de cumpleaños', '生日贺卡', 60],
    ['thanks', 'Thank-you card', 'Tarjeta de agradecimiento', '感谢卡', 60],
    ['blank', 'Blank card', 'Tarjeta en blanco', '空白卡', 40],
  ]),
] as const satisfies readonly OptionGroup[]; // prettier-ignore

const BY_ID = new Map<string, OptionGroup>(GROUPS.map((each) => [each.id, each]));

/** The option group of a menu table. Throws RangeError for one that does not exist. */
export function optionGroupById(id: string): OptionGroup {
  const found = BY_ID.get(id);
  if (found === undefined) throw new RangeError(`no option group ${id}`);
  return found;
}

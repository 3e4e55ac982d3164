import type { Random } from '@halfhour/kernel';

const FIRST_NAMES = [
  'Agustín', 'Alejandra', 'Ana', 'Andrés', 'Antonella', 'Bruno', 'Camila', 'Carla', 'Carlos', 'Carolina',
  'Cecilia', 'Cristian', 'Daniel', 'Daniela', 'Diego', 'Eduardo', 'Emiliano', 'Ernesto', 'Fabiana', 'Facundo',
  'Federico', 'Felipe', 'Fernanda', 'Fernando', 'Florencia', 'Franco', 'Gabriel', 'Gabriela', 'Gastón', 'Germán',
  'Gimena', 'Gonzalo', 'Graciela', 'Guillermo', 'Gustavo', 'Héctor', 'Ignacio', 'Inés', 'Joaquín', 'Jorge',
  'José', 'Juan', 'Juliana', 'Julieta', 'Karina', 'Laura', 'Leandro', 'Leticia', 'Lorena', 'Lucas', 'Lucía',
  'Luis', 'Magdalena', 'Manuela', 'Marcelo', 'Marcos', 'María', 'Mariana', 'Mario', 'Martín', 'Mateo', 'Matías',
  'Mauricio', 'Maximiliano', 'Micaela', 'Miguel', 'Mónica', 'Nadia', 'Natalia', 'Nicolás', 'Noelia', 'Pablo',
  'Paola', 'Patricia', 'Paula', 'Pedro', 'Ramiro', 'Renata', 'Ricardo', 'Roberto', 'Rodrigo', 'Romina', 'Santiago',
  'Sebastián', 'Sergio', 'Silvana', 'Sofía', 'Soledad', 'Tatiana', 'Tomás', 'Valentina', 'Valeria', 'Verónica',
  'Victoria', 'Virginia', 'Washington', 'Ximena', 'Yamila', 'Yesica',
] as const; // prettier-ignore

const LAST_NAMES = [
  'Acosta', 'Aguirre', 'Alonso', 'Álvarez', 'Barrios', 'Batista', 'Benítez', 'Bentancur', 'Bianchi', 'Borges',
  'Cabrera', 'Camejo', 'Cardozo', 'Castro', 'Correa', 'Costa', 'Cuello', 'Da Silva', 'De León', 'Delgado', 'Díaz',
  'Duarte', 'Etchegaray', 'Fagúndez', 'Fernández', 'Ferreira', 'Figueroa', 'Franco', 'Fuentes', 'García', 'Giménez',
  'Gómez', 'González', 'Gutiérrez', 'Hernández', 'Ibarra', 'Larrosa', 'López', 'Machado', 'Márquez', 'Martínez',
  'Medina', 'Méndez', 'Molina', 'Moreira', 'Moreno', 'Muñoz', 'Núñez', 'Olivera', 'Ortiz', 'Pereira', 'Pérez',
  'Píriz', 'Porto', 'Quintana', 'Ramírez', 'Ramos', 'Recoba', 'Ríos', 'Rivero', 'Rodríguez', 'Rossi', 'Sánchez',
  'Santos', 'Silva', 'Sosa', 'Souza', 'Suárez', 'Techera', 'Torres', 'Umpiérrez', 'Varela', 'Vázquez', 'Viera',
  'Villalba', 'Zunino',
] as const; // prettier-ignore

/** Gives a name of this city that it has not given before, for as long as there are any. */
export function nameGiver(random: Random): () => string {
  const given = new Set<string>();
  return () => {
    for (let attempt = 0; ; attempt++) {
      const second = attempt < 20 ? '' : ` ${random.pick(LAST_NAMES)}`;
      const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}${second}`;
      if (given.has(name)) continue;
      given.add(name);
      return name;
    }
  };
}

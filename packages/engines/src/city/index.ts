export {
  addressAt,
  compareHouseNumbers,
  createAddressTable,
  STREET_KINDS,
  type Address,
  type AddressTable,
  type Area,
  type Bounds,
  type CityMap,
  type Place,
  type Street,
  type StreetKind,
  type TurnRestriction,
} from './city-map.ts';
export { decodeOsmPbf } from './decode-osm-pbf.ts';
export { OsmPbfError, type Inflate } from './osm-pbf-blocks.ts';
export { decodeOsmQaTiles, type MapTile } from './decode-osm-qa-tiles.ts';
export { syntheticCity, type SyntheticCityOptions } from './synthetic-city.ts';
export { streetsGeoJson, type MapFeature, type MapFeatureCollection } from './streets-geojson.ts';

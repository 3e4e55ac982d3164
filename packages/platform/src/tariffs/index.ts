export { type Tariffs, type TariffsDeps, createTariffs } from './create-tariffs.ts';
export { createTariffRoutes } from './routes.ts';

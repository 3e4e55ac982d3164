import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { ROUTES } from '@halfhour/contract';
import { defineConfig, type Plugin } from 'vite';

/** Where `npm run dev` finds the API; the built app is served by that server itself. */
const API = process.env['HALFHOUR_URL'] ?? 'http://127.0.0.1:4200';

/**
 * The contract as browsers need it: how each route is called. Its schemas check what comes in at the server; with them and their
 * library the first load of a phone would be half as large again. Types are the whole contract's.
 */
function callableContract(): Plugin {
  const id = '\0callable-contract';
  const routes = Object.entries(ROUTES).map(([name, { method, path }]) => [name, { method, path }]);
  return {
    name: 'callable-contract',
    enforce: 'pre',
    resolveId: (source) => (source === '@halfhour/contract' ? id : undefined),
    load: (wanted) =>
      wanted === id ? `export const ROUTES = ${JSON.stringify(Object.fromEntries(routes))};` : undefined,
  };
}

export default defineConfig({
  plugins: [callableContract(), react(), tailwind()],
  server: { host: '127.0.0.1', proxy: { '/v1': API, '/docs': API } },
  // MapLibre 6 is ES modules only, its worker too.
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // MapLibre is 1.1 MB (300 kB gzipped) by nature and loads only with the map.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules[\\/](maplibre-gl|@maplibre)[\\/]/ },
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
          ],
        },
      },
    },
  },
});

import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the API; the built app is served by that server itself. */
const API = process.env['HALFHOUR_URL'] ?? 'http://127.0.0.1:4200';

export default defineConfig({
  plugins: [react(), tailwind()],
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

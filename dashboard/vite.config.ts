import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npm run dev` shows the page beside a job manager: WEIR=http://127.0.0.1:8081 npm run dev
const server = process.env.WEIR ?? 'http://127.0.0.1:8081';
const apis = ['config', 'overview', 'jobs', 'jobmanager', 'taskmanagers', 'savepoint-disposal', 'ext', 'cluster'];

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 700 },
  server: {
    host: '127.0.0.1',
    proxy: { [`^/(${apis.join('|')})(/|$|\\?)`]: {
        target: server,
        changeOrigin: true,
        // The job manager takes changes from pages of its own address only.
        configure: (proxy) => proxy.on('proxyReq', (request) => request.removeHeader('origin')),
      } },
  },
});

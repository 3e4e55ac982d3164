export { createTestDatabase } from './test-database.ts';
export { MODULES_FOLDER, TEST_SERVER_VARIABLE, startTestServer } from './test-server.ts';

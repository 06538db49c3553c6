/**
 * What the processes use of `node:http`. To import that module evaluates all that it exports, the WebSocket of
 * Node.js among it: 7 MB of memory for nothing.
 */
export const { createServer, request, STATUS_CODES } = process.getBuiltinModule('node:http');

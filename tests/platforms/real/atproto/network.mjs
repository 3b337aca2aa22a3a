// PLC, PDS, bsync, AppView and Ozone on loopback.
// DB_POSTGRES_URL=… DB_POSTGRES_SCHEMA=letters REDIS_HOST=127.0.0.1:6379 BASE_PORT=2582 node --import ./loopback.mjs network.mjs
import http from 'node:http'
import { TestNetwork } from '@atproto/dev-env'
const P = Number(process.env.BASE_PORT || 2582)
const net = await TestNetwork.create({
  plc: { port: P },
  pds: { port: P + 1, hostname: 'localhost', enableDidDocWithSession: true },
  bsky: { port: P + 2, publicUrl: `http://localhost:${P + 2}` },
  ozone: { port: P + 5 },
})
// GET /processAll waits until the AppView has indexed all that the PDS has written.
http.createServer(async (q, r) => {
  if (q.url !== '/processAll') { r.statusCode = 404; r.end(); return }
  try { await net.processAll(10000); r.end('ok') } catch (e) { r.statusCode = 500; r.end(String(e)) }
}).listen(P - 1)
console.log(JSON.stringify({ ready: true, pds: net.pds.url, control: `http://localhost:${P - 1}` }))
for (const s of ['SIGTERM', 'SIGINT']) process.on(s, () => {
  setTimeout(() => process.exit(0), 4000).unref()
  net.close().catch(() => {}).finally(() => process.exit(0))
})

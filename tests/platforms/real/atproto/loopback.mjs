// node --import ./loopback.mjs … : a server that names no host listens on 127.0.0.1 only.
// (PDS, PLC and AppView call listen(port), which Node takes as "all interfaces".)
import net from 'node:net'
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...a) {
  if (typeof a[0] === 'number' || (typeof a[0] === 'string' && /^\d+$/.test(a[0]))) {
    const cb = a.find((x) => typeof x === 'function')
    const host = typeof a[1] === 'string' ? a[1] : '127.0.0.1'
    return listen.call(this, { port: Number(a[0]), host }, cb)
  }
  if (a[0] && typeof a[0] === 'object' && a[0].port !== undefined && !a[0].host) a[0] = { ...a[0], host: '127.0.0.1' }
  return listen.apply(this, a)
}

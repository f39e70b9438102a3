// Media on this phone. Each file has a cache of its own, each stored part an entry named by its bytes: /media/...?0-15999.
// A file that is whole is one part, checked against the SHA-256 that its address names. For pages and the worker.
const Pieces = (() => {
  const PREFIX = 'media '
  const open = path => caches.open(PREFIX + path)

  // The stored parts in the file's order; `last` is a part's last byte.
  const parts = async cache => {
    const found = (await cache.keys()).map(request => {
      const [first, last] = new URL(request.url).search.slice(1).split('-').map(Number)
      return { first, last, request }
    })
    return found.sort((a, b) => a.first - b.first || b.last - a.last)
  }

  // The bytes from `at` on that a part has, to `last` at most.
  const from = async (cache, part, at, last) => {
    const blob = await (await cache.match(part.request)).blob()
    return blob.slice(at - part.first, Math.min(part.last, last) - part.first + 1)
  }
  const covering = (found, at) => found.find(part => part.first <= at && part.last >= at)

  const put = (cache, path, first, bytes) => {
    const blob = new Blob(bytes)
    if (!blob.size) return 0
    return cache.put(`${path}?${first}-${first + blob.size - 1}`, new Response(blob))
  }

  // Spans of a file of `size` bytes that are not stored: [first, last].
  const gaps = (found, size) => {
    const missing = []
    let at = 0
    for (const part of found) {
      if (part.first > at) missing.push([at, part.first - 1])
      at = Math.max(at, part.last + 1)
    }
    if (at < size) missing.push([at, size - 1])
    return missing
  }
  const stored = (found, size) => size - gaps(found, size).reduce((sum, [first, last]) => sum + last - first + 1, 0)

  // What a server says it sends, where it says it: a portal's page, or a proxy's whole file, is never taken for a part.
  const isPart = (answer, first, size) => {
    const said = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get('Content-Range') || `bytes ${first}-0/${size}`)
    return answer.status == 206 && said && +said[1] == first && (!size || +said[2] == size)
  }

  // One part of what was many. False, and nothing is left, when the file is not what its address says.
  const seal = async (path, size) => {
    const cache = await open(path)
    const found = await parts(cache)
    const whole = `${path}?0-${size - 1}`
    const blobs = []
    for (let at = 0; at < size; ) {
      const part = covering(found, at)
      if (!part) return false
      blobs.push(await from(cache, part, at, size - 1))
      at = part.last + 1
    }
    const bytes = await new Blob(blobs).arrayBuffer()
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    const hex = Array.from(digest, byte => byte.toString(16).padStart(2, 0)).join('')
    if (!path.includes(hex)) {
      await caches.delete(PREFIX + path)
      return false
    }
    await cache.put(whole, new Response(new Blob([bytes])))
    for (const { request } of found) if (!request.url.endsWith(whole)) await cache.delete(request)
    return true
  }

  // All stored files, oldest first: { path, bytes }.
  const files = async () => {
    const found = []
    for (const name of await caches.keys()) {
      if (!name.startsWith(PREFIX)) continue
      const held = await parts(await caches.open(name))
      const end = held.length ? Math.max(...held.map(part => part.last)) + 1 : 0
      found.push({ path: name.slice(PREFIX.length), bytes: stored(held, end) })
    }
    return found
  }
  const forget = path => caches.delete(PREFIX + path)

  return { open, parts, from, covering, put, gaps, stored, isPart, seal, files, forget }
})()

// What was kept on purpose: a record a lesson, and the pages, scripts and pictures that it is shown with.
const Kept = (() => {
  const NAME = 'kept'
  const address = (key, whole) => `/kept/${whole ? 'whole' : 'begun'}/${key}` // the worker and pages read them so
  const open = () => caches.open(NAME)
  const all = async () => {
    const cache = await open()
    const found = (await cache.keys()).filter(request => /\/kept\/(whole|begun)\/./.test(request.url))
    return Promise.all(found.map(async request => (await cache.match(request)).json()))
  }
  const get = async key => {
    const cache = await open()
    const found = (await cache.match(address(key, true))) || (await cache.match(address(key)))
    return found && found.json()
  }
  const save = async record => {
    const cache = await open()
    await cache.put(address(record.key, record.whole), new Response(JSON.stringify(record)))
    await cache.delete(address(record.key, !record.whole))
  }
  // One answer an address: by what the site varies it, a phone that asked in two ways would hold two.
  const put = async (url, answer) => {
    const cache = await open()
    await cache.delete(url, { ignoreVary: true })
    await cache.put(url, answer)
  }
  const size = async path => (await all()).flatMap(record => record.files).filter(file => file[0] == path).map(file => file[1])[0]
  const paths = async () => new Set((await all()).flatMap(record => record.files.map(([path]) => path)))

  // Frees those of a record's files, pages and pictures that no lesson needs any more.
  const release = async gone => {
    const needed = await paths()
    for (const [path] of gone.files) if (!needed.has(path)) await Pieces.forget(path)
    const urls = new Set((await all()).flatMap(record => record.urls))
    const cache = await open()
    for (const url of gone.urls) if (!urls.has(url)) await cache.delete(url, { ignoreVary: true })
  }

  // Frees what this lesson alone needed.
  const remove = async key => {
    const cache = await open()
    const gone = await get(key)
    if (!gone) return
    for (const whole of [true, false]) await cache.delete(address(key, whole))
    await release(gone)
  }
  return { open, all, get, save, put, size, paths, release, remove }
})()

// Frees what was only played: the oldest first, until at most `most` bytes of it are left.
const tidy = async most => {
  const kept = await Kept.paths()
  const played = (await Pieces.files()).filter(file => !kept.has(file.path)).reverse()
  let sum = 0
  for (const file of played) if ((sum += file.bytes) > most) await Pieces.forget(file.path)
}

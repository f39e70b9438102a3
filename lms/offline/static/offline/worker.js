// The service worker. SITE: what is fetched ahead, and the pages that stand in for others, by language.
// Pages come from the phone at once and are asked about afterwards; media from the parts that are here, the rest of a
// range from the network and kept; what is kept on purpose is never dropped.
const PAGES = 'pages'
const ASSETS = 'assets'
const MOST_PAGES = 60
const MOST_PLAYED = 150e6
const PART = 262144
const SILENT_MS = 10e3 // so long no byte, and the link is lost
const PROBE_MS = 6e3 // Chromium holds back new connections after a dozen failures in a minute
const WAIT_MS = 12e3 // the player gives up after 15 s
const HEAD_START_MS = 100 // a link this quick shows the page as it is now
const OWN = /^\/(?:[a-z-]+\/)?(?:admin|account|api|documents|health|metrics|media|uploads)\//

addEventListener('install', event => {
  skipWaiting()
  event.waitUntil(caches.open(ASSETS).then(cache => cache.addAll(SITE.ahead)))
})
addEventListener('activate', event => event.waitUntil(clients.claim()))

const held = async request => {
  for (const cacheName of ['kept', PAGES, ASSETS]) {
    const found = await caches.match(request, { cacheName, ignoreVary: true })
    if (found) return found
  }
}

const asset = async request => {
  const found = await held(request)
  if (found) return found
  const answer = await fetch(request)
  const stays = answer.ok && /\/(static|scripts)\//.test(request.url) && !/html/.test(answer.headers.get('Content-Type'))
  // A full phone keeps nothing more, and shows it all the same.
  if (stays) await caches.open(ASSETS).then(cache => cache.put(request, answer.clone())).catch(() => 0)
  return answer
}

const isPage = answer =>
  answer.status == 200 && answer.type == 'basic' && !answer.redirected && /^text\/html/.test(answer.headers.get('Content-Type'))
const says = (answer, what) => what.test(answer.headers.get('Cache-Control'))
const mayStay = answer => !says(answer, /no-(store|cache)/)

// Newer than what was shown: the page says so, and the reader decides; then it is shown.
const newer = new Set()
const tell = async (event, kept, answer) => {
  if (!kept || kept.headers.get('ETag') == answer.headers.get('ETag')) return
  newer.add(event.request.url)
  const client = await clients.get(event.resultingClientId)
  if (client) client.postMessage('newer')
}
// What is kept with a page are files and pictures: a page that shows others would not be whole without a link.
const PICTURE = /<img[^>]* src="([^"]+)/g
const fits = async (request, answer) => {
  const { pathname } = new URL(request.url)
  const record = (await Kept.all()).find(one => one.url == pathname)
  if (!record) return true
  const text = await answer.text()
  const pictures = [...text.matchAll(PICTURE)].map(found => found[1])
  return record.files.every(([path]) => text.includes(path)) && pictures.every(path => record.urls.includes(path))
}
const store = async (request, answer) => {
  const kept = await Kept.open()
  const stays = (await kept.match(request, { ignoreVary: true })) && (await fits(request, answer.clone()))
  if (stays) await Kept.put(request.url, answer.clone())
  const cache = await caches.open(PAGES)
  await cache.put(request, answer.clone())
  for (const old of (await cache.keys()).slice(0, -MOST_PAGES)) await cache.delete(old)
}
// The page of what is kept, in the place of one that is not: it says so.
const standIn = async found => {
  const text = (await found.text()).replace('data-not-kept hidden', 'data-not-kept')
  const headers = new Headers(found.headers)
  for (const name of ['Content-Encoding', 'Content-Length']) headers.delete(name)
  return new Response(text, { headers })
}
const page = async event => {
  const { request } = event
  const { pathname, search } = new URL(request.url)
  const kept = await held(request)
  let shown = false
  const asked = fetch(request)
  const stored = asked.then(async answer => {
    if (!isPage(answer) || search || says(answer, /no-store/)) return
    await store(request, answer.clone())
    if (shown) await tell(event, kept, answer)
  })
  event.waitUntil(stored.catch(() => 0))
  const now = asked.catch(async error => {
    const language = SITE.languages.find(code => pathname.startsWith(`/${code}/`)) || ''
    const instead = (await held(SITE.offline[language])) || (await held(SITE.offline['']))
    if (kept || !instead) return kept || Promise.reject(error)
    return standIn(instead)
  })
  if (!kept || !mayStay(kept) || request.cache != 'default' || newer.delete(request.url)) return now
  const first = await Promise.race([now, new Promise(done => setTimeout(done, HEAD_START_MS))])
  shown = !first
  return first || kept
}

// A link that dies leaves its connections waiting long after it is back, the longer the longer it was dead, and Chromium
// hands a connection that was never made on to the next request. A web socket has a connection of its own: whatever it
// is answered, the link is back. Then media go by connections that nothing else waits for.
let lost = false
let credentials = 'same-origin'
const answers = () =>
  new Promise(done => {
    const probe = new WebSocket(location.origin.replace('http', 'ws') + '/health/live')
    const end = found => {
      clearTimeout(timer)
      probe.onopen = probe.onerror = null
      probe.close()
      done(found)
    }
    const timer = setTimeout(end, PROBE_MS, false)
    probe.onopen = probe.onerror = () => end(true)
  })
let looking
let waiting = 0
const look = async () => {
  while (lost && waiting) {
    if (!(await answers())) continue
    lost = false
    credentials = 'omit'
  }
  looking = 0
}
// Until the link is back, or it is time to say that it is not.
const linked = async () => {
  if (!lost) return
  waiting++
  looking = looking || look()
  await Promise.race([looking, new Promise(done => setTimeout(done, WAIT_MS))])
  waiting--
  if (lost) throw new TypeError('no link')
}
// What is asked for, or the link is lost.
const heard = async (asked, abort) => {
  const silent = setTimeout(() => {
    lost = true
    abort.abort()
  }, SILENT_MS)
  try {
    return await asked
  } finally {
    clearTimeout(silent)
  }
}

// One range of a file, from the parts that are here and the network between them.
const media = async (event, path, first, last) => {
  const cache = await Pieces.open(path)
  const found = await Pieces.parts(cache)
  let size = '*'
  if (last === undefined) {
    // A media element asks for all that follows: answered from here when all of it is here.
    size = await Kept.size(path)
    if (!size || Pieces.gaps(found, size).length) return fetch(event.request)
    last = size - 1
  }
  let at = first
  let abort
  const ask = async () => {
    const next = found.find(part => part.first > at)
    const to = next && next.first <= last ? next.first - 1 : last
    await linked()
    abort = new AbortController()
    const headers = { Range: `bytes=${at}-${to}` }
    const answer = await heard(fetch(path, { headers, credentials, cache: 'no-store', signal: abort.signal }), abort)
    return { answer, to }
  }
  let asked
  if (!Pieces.covering(found, at)) {
    asked = await ask()
    if (!Pieces.isPart(asked.answer, at)) return asked.answer
  }
  let finish
  event.waitUntil(new Promise(done => (finish = done)))
  const keep = async (start, bytes) => {
    try {
      await Pieces.put(cache, path, start, bytes)
    } catch (error) {
      if (error.name != 'QuotaExceededError') throw error
      await tidy(0)
    }
  }
  // Passes on what the network sends, and keeps it, also when nobody wants the rest.
  const pass = async (stream, { answer, to }) => {
    const reader = answer.body.getReader()
    let start = at
    let bytes = []
    try {
      for (let part; at <= to && (part = (await heard(reader.read(), abort)).value); ) {
        if (part.length > to - at + 1) abort.abort() // a proxy that sends more than it was asked for
        part = part.subarray(0, to - at + 1)
        stream.enqueue(part)
        bytes.push(part)
        at += part.length
        if (at - start >= PART) {
          const full = bytes
          bytes = []
          await keep(start, full)
          start = at
        }
      }
    } finally {
      await keep(start, bytes)
    }
    if (at <= to) throw new TypeError('cut short')
  }
  const body = new ReadableStream({
    async start(stream) {
      try {
        while (at <= last) {
          const part = Pieces.covering(found, at)
          if (part) {
            const blob = await Pieces.from(cache, part, at, last)
            stream.enqueue(new Uint8Array(await blob.arrayBuffer()))
            at += blob.size
            continue
          }
          asked = asked || (await ask())
          if (!Pieces.isPart(asked.answer, at)) throw new TypeError('no such part')
          await pass(stream, asked)
          asked = undefined
        }
        stream.close()
      } catch (error) {
        stream.error(error)
      }
      if (!found.length) await tidy(Math.min(MOST_PLAYED, ((await navigator.storage.estimate()).quota || 0) / 5))
      finish()
    },
    cancel() {
      if (abort) abort.abort()
    },
  })
  const headers = {
    'Accept-Ranges': 'bytes',
    'Content-Length': last - first + 1,
    'Content-Range': `bytes ${first}-${last}/${size}`,
    'Content-Type': 'video/mp4',
  }
  // What costs no data says so: to the player by its status text, to the list of what a page fetched by a timing.
  const kept = !Pieces.gaps(found, last + 1).some(gap => gap[1] >= first)
  return new Response(body, { status: 206, statusText: kept ? 'kept' : '', headers: { ...headers, ...(kept && { 'Server-Timing': 'kept' }) } })
}

addEventListener('fetch', event => {
  const { request } = event
  const { origin, pathname, search } = new URL(request.url)
  if (request.method != 'GET' || origin != location.origin || request.cache == 'no-store') return
  const range = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.get('Range'))
  if (range && !search && pathname.startsWith('/media/r/')) {
    event.respondWith(media(event, pathname, +range[1], range[2] && +range[2]))
  } else if (/^\/(static|scripts|files)\//.test(pathname) || request.destination == 'image') {
    event.respondWith(asset(request))
  } else if (request.mode == 'navigate' && !OWN.test(pathname)) {
    event.respondWith(page(event))
  }
})

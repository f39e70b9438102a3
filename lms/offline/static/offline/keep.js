// Keeps lessons on this phone, part by part, through dead links, lost servers and killed browsers: what is stored is
// never fetched again. Words are the page's, in data-* of [data-keeping].
const Keep = (() => {
  const LEAST_SPAN = 24000
  const MOST_SPAN = 400000
  const PATIENCE_MS = 20000
  const MOST_WAIT_S = 8
  const ABREAST = 2

  // What a lesson's page says can be kept: [[path, bytes], ...]. `quality`: a button's name, else the smallest.
  const files = (page, quality, share) => {
    const data = JSON.parse((page.querySelector('#lesson-media') || {}).textContent || '{}')
    const size = track => track.sizes.reduce((sum, bytes) => sum + bytes, 0)
    const file = page.querySelector('[data-share-bytes]')
    const shared = file ? [[new URL(file.getAttribute('src') || file.getAttribute('href'), location).pathname, +file.dataset.shareBytes]] : []
    if (share || !(data.sound || (data.pictures || [])[0])) return shared
    const picture = data.pictures.find(one => one.name == quality) || (quality == 'voice' ? undefined : data.pictures[0])
    return [data.sound, picture].filter(Boolean).map(track => [track.url, size(track)])
  }

  const sum = found => found.reduce((total, [, size]) => total + size, 0)
  const held = async found => {
    let total = 0
    for (const [path, size] of found) total += Pieces.stored(await Pieces.parts(await Pieces.open(path)), size)
    return total
  }

  // Waits, but not when the link is said to be back.
  const pause = seconds =>
    new Promise(done => {
      const timer = setTimeout(done, seconds * 1000)
      addEventListener('online', () => (clearTimeout(timer), done()), { once: true })
    })

  class Gone extends Error {} // no more under this address
  class Away extends Error {} // no link, no server, or something else answers in its place

  const away = error => {
    throw new Away(error.message)
  }
  const ask = async (url, options) => {
    const answer = await fetch(url, options).catch(away)
    if ([403, 404, 410].includes(answer.status)) throw new Gone(url)
    if (!answer.ok || answer.redirected) throw new Away(url)
    return answer
  }

  // Fetches one span and stores what came of it, also when it broke. Returns the bytes that came.
  const span = async (cache, path, size, [first, last], signal, tell) => {
    const abort = new AbortController()
    let guard
    const watch = () => {
      clearTimeout(guard)
      guard = setTimeout(() => abort.abort(), PATIENCE_MS)
    }
    const stop = () => abort.abort()
    signal.addEventListener('abort', stop)
    const bytes = []
    let came = 0
    try {
      watch()
      const answer = await ask(path, { headers: { Range: `bytes=${first}-${last}` }, cache: 'no-store', signal: abort.signal })
      if (!Pieces.isPart(answer, first, size)) throw new Away()
      const reader = answer.body.getReader()
      for (let part; came <= last - first && (part = (await reader.read().catch(away)).value); ) {
        bytes.push(part)
        came += part.length
        watch()
        tell(part.length)
      }
      if (came <= last - first) throw new Away('fewer bytes than were said')
      if (came > last - first + 1) abort.abort() // a proxy that sends more than it was asked for
    } finally {
      clearTimeout(guard)
      signal.removeEventListener('abort', stop)
      await Pieces.put(cache, path, first, bytes)
    }
  }

  // A whole file. `tell(state, bytes)`: 'came' with a number of bytes, 'wait' while nothing comes.
  const fetchFile = async ([path, size], signal, tell) => {
    const cache = await Pieces.open(path)
    let wait = 0.5
    let rate = 30000 // bytes a second
    for (;;) {
      const missing = Pieces.gaps(await Pieces.parts(cache), size)
      if (!missing.length) break
      const step = Math.max(LEAST_SPAN, Math.min(MOST_SPAN, rate / 2)) | 0
      const spans = missing.flatMap(([first, last]) => {
        const cut = []
        for (let at = first; at <= last; at += step) cut.push([at, Math.min(last, at + step - 1)])
        return cut
      })
      let failed
      const began = Date.now()
      let came = 0
      const line = async () => {
        while (spans.length && !failed && !signal.aborted && Date.now() - began < 10000) {
          try {
            await span(cache, path, size, spans.shift(), signal, bytes => {
              came += bytes
              wait = 0.5
              tell('came', bytes)
            })
          } catch (error) {
            failed = error
          }
        }
      }
      await Promise.all(Array.from({ length: ABREAST }, line))
      if (signal.aborted) return
      const took = (Date.now() - began) / 1000
      if (took > 0.5) rate = came / took
      if (!failed) continue
      if (!(failed instanceof Away)) throw failed
      tell('wait', 0)
      await pause(wait)
      wait = Math.min(wait * 2, MOST_WAIT_S)
    }
  }

  // What a page needs to be shown without a link, besides its media.
  const needs = (page, url) => {
    const from = selector => [...page.querySelectorAll(selector)]
    const named = [
      ...from('script[src], img[src]').map(element => element.getAttribute('src')),
      ...from('link[rel=icon], link[rel=stylesheet]').map(element => element.getAttribute('href')),
      ...from('[data-poster]').map(element => element.dataset.poster),
      ...from('[data-script]').map(element => element.dataset.script),
    ]
    const own = named.map(name => new URL(name, new URL(url, location)).pathname)
    return [...new Set([url, ...own])].sort()
  }

  // The page is that of the lesson, and the rest is no page: nothing of what answers in the site's place is kept.
  const own = async (one, url, key) => {
    const answer = await ask(one)
    const good = one == url ? (await answer.clone().text()).includes(key) : !/html/.test(answer.headers.get('Content-Type'))
    if (!good) throw new Away(one)
    return answer
  }

  // Keeps a lesson. `page` is its document, at `url`; false when it was stopped. Throws Gone, Away, QuotaExceededError.
  const keep = async ({ page, url, quality, share, signal, tell }) => {
    const main = page.querySelector('main[data-lesson]')
    const found = files(page, quality, share)
    const urls = needs(page, url)
    const cache = await Kept.open()
    const { lesson: key, title, number } = main.dataset
    const course = page.querySelector('.crumb a')?.textContent.trim()
    const record = { key, title, number: +number, course, lang: main.lang, url, files: found, urls, bytes: sum(found), whole: false, at: Date.now() }
    const old = await Kept.get(key)
    // The page that was kept shows the old files and pictures (worker.js).
    const renewed = old && String([old.files, old.urls]) != String([found, urls])
    // The page last: it is not to name pictures that did not come.
    for (const one of [...urls.filter(one => one != url), url]) {
      if ((renewed && one == url) || !(await cache.match(one, { ignoreVary: true }))) await Kept.put(one, await own(one, url, record.key))
    }
    await Kept.save(record)
    for (const file of found) {
      for (let tries = 0; ; tries++) {
        await fetchFile(file, signal, tell)
        if (signal.aborted) return false
        if (await Pieces.seal(...file)) break
        if (tries) throw new Away('damaged on the way')
        tell('again', -file[1])
      }
    }
    await Kept.save({ ...record, whole: true })
    if (old) await Kept.release(old)
    return true
  }

  return { files, held, keep, needs, sum, ask, Gone, Away }
})()

// The buttons that keep a lesson or a course, and the page of what is kept. Words stand in data-* of their boxes.
(() => {
  const $ = (selector, from = document) => from.querySelector(selector)
  const mega = bytes => (bytes && bytes < 5e4 ? '<0.1' : (bytes / 1e6).toFixed(1))
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])
  const say = (box, text) => {
    const line = $('[data-keep-say]', box)
    if (line.textContent != text) line.textContent = text
  }
  // What is kept is not to be cleared away when the phone runs short, where the browser can promise it.
  const persist = () => navigator.storage?.persist?.()
  const sleep = seconds => new Promise(done => setTimeout(done, seconds * 1000))
  // Why something cannot be kept now, in the page's words; what is no reason of the phone's or the site's goes up.
  const reason = (words, error) => {
    if (error instanceof Keep.Gone) return words.gone
    if (error.name == 'QuotaExceededError') return words.full
    return error instanceof DOMException ? words.refused : ''
  }

  // The one file, by the phone's own share sheet. It opens only right after a tap: when the file took long, one more tap
  // is asked for.
  const offerToSend = box => {
    const button = $('[data-send]', box)
    const link = $('a[download]')
    const as_file = parts => new File(parts, `${$('h1').textContent}.${link.href.split('.').pop()}`, { type: button.dataset.send.split(';')[0] })
    if (!button) return
    button.hidden = !navigator.canShare?.({ files: [as_file(['?'])] })
    const words = box.dataset
    let film
    const take = async () => {
      const answer = await fetch(link.href)
      if (!answer.ok) throw new TypeError(answer.status)
      const of = mega(+answer.headers.get('Content-Length'))
      const parts = []
      const reader = answer.body.getReader()
      let came = 0
      for (let part; (part = (await reader.read()).value); ) {
        parts.push(part)
        came += part.length
        say(box, fill(words.sending, { n: mega(came), of }))
      }
      return as_file(parts)
    }
    button.onclick = async () => {
      button.disabled = true
      try {
        film ||= await take()
        say(box, '')
        await navigator.share({ files: [film] })
      } catch (error) {
        if (error.name == 'NotAllowedError') say(box, words.ready)
        else if (error instanceof TypeError) say(box, words.unsent)
        else if (error.name != 'AbortError') throw error
      } finally {
        button.disabled = false
      }
    }
  }

  // One lesson from its page: goes on until it is whole, stopped, or cannot be.
  const keepWhole = async (box, options) => {
    const words = box.dataset
    for (let wait = 1; ; wait = Math.min(wait * 2, 8)) {
      try {
        return await Keep.keep(options)
      } catch (error) {
        if (error.name == 'QuotaExceededError' && !options.tidied) {
          options.tidied = true // what was only played makes room
          await tidy(0)
          continue
        }
        const why = reason(words, error)
        if (why) {
          say(box, why)
          return false
        }
        if (!(error instanceof Keep.Away)) throw error
        say(box, words.wait)
        await sleep(wait)
        if (options.signal.aborted) return false
      }
    }
  }

  const lesson = box => {
    const words = box.dataset
    const main = $('main[data-lesson]')
    const key = main.dataset.lesson
    const [button, bar, remove] = ['[data-keep]', '[data-keep-progress]', '[data-unkeep]'].map(name => $(name, box))
    const chosen = () => {
      const pressed = $('[data-quality][aria-pressed=true]')
      return { quality: pressed && pressed.dataset.quality, share: !!$('[data-mode=share]') }
    }
    // The button to play says what playing takes: nothing, where what is chosen is here.
    const price = $('[data-play] small')
    const amount = price?.textContent
    const tellPrice = async () => {
      if (!price) return // a lesson to read
      const record = await Kept.get(key)
      const { quality, share } = chosen()
      const here = record?.whole && String(Keep.files(document, quality, share)) == String(record.files)
      price.textContent = here ? words.here : amount
    }
    document.addEventListener('click', event => event.target.closest('[data-quality]') && tellPrice())
    let running
    const show = (state, found, came) => {
      box.dataset.state = state
      bar.hidden = state != 'part'
      button.hidden = state == 'whole'
      remove.hidden = state == 'none'
      if (found) bar.value = found.size ? came / found.size : 1
      if (state == 'whole') box.dataset.kept = ''
      else delete box.dataset.kept
      // The player fetches no poster where the link is slow, or not there: this one is.
      const film = state == 'whole' && $('[data-poster]')
      if (film) film.poster = film.dataset.poster
      tellPrice()
    }
    const start = async (how = chosen()) => {
      if (running) return
      const stop = (running = new AbortController())
      const found = Keep.files(document, how.quality, how.share)
      const size = Keep.sum(found)
      let came = await Keep.held(found)
      show('part', { size }, came)
      persist()
      const tell = (what, bytes) => {
        came += bytes
        bar.value = Math.min(came / (size || 1), 1)
        say(box, what == 'wait' ? words.wait : what == 'again' ? words.again : fill(words.part, { n: mega(came), of: mega(size) }))
      }
      tell('came', 0)
      const url = location.pathname
      const whole = await keepWhole(box, { page: document, url, ...how, signal: stop.signal, tell })
      running = 0
      if (whole) {
        show('whole', { size }, size)
        say(box, fill(words.whole, { n: mega(size) }))
      }
    }
    button.onclick = () =>
      start().catch(error => {
        const why = reason(words, error)
        if (!why) throw error
        running = 0
        show('none')
        say(box, why)
      })
    remove.onclick = async () => {
      if (running) running.abort()
      running = 0
      await Kept.remove(key)
      show('none')
      say(box, words.removed)
    }
    // What was begun goes on by itself; what the page now shows in other files is offered.
    const look = async () => {
      const record = await Kept.get(key)
      if (!record) return
      const came = await Keep.held(record.files)
      const names = [...document.querySelectorAll('[data-quality]')].map(one => one.dataset.quality)
      const name = names.find(one => String(Keep.files(document, one, false)) == String(record.files))
      const share = String(Keep.files(document, '', true)) == String(record.files)
      const same = !!name || share
      if (!same && record.url != location.pathname) return // kept in another language: this one may take its place
      if (record.whole && came == record.bytes) {
        show('whole', { size: record.bytes }, came)
        say(box, fill(same ? words.whole : words.newer, { n: mega(record.bytes) }))
        button.hidden = same
        const kept = name && $(`[data-quality=${name}]`)
        if (kept && $('video,audio').paused) kept.click() // what is here plays without a link
        if (same) refresh(record, { quality: name, share: share && !name })
        return
      }
      start({ quality: name, share: share && !name })
    }
    // Words and pictures that changed, and that the page has just shown, are kept in place of the old ones.
    const refresh = async (record, how) => {
      const url = location.pathname
      if (record.url != url || String([...record.urls].sort()) == String(Keep.needs(document, url))) return
      const { signal } = new AbortController()
      await Keep.keep({ page: document, url, ...how, signal, tell: () => 0 }).catch(error => {
        if (!reason(words, error) && !(error instanceof Keep.Away)) throw error // what was kept stays
      })
    }
    look()
    offerToSend(box)
  }

  const course = box => {
    const words = box.dataset
    const [button, bar] = ['[data-keep-course]', '[data-keep-progress]'].map(name => $(name, box))
    const rows = [...document.querySelectorAll('.row[data-lesson]:is([data-bytes],[data-read])')]
    const share = !(window.MediaSource && MediaSource.isTypeSupported('video/mp4; codecs="av01.0.01M.08"'))
    const page = async url => {
      const answer = await Keep.ask(url)
      const found = new DOMParser().parseFromString(await answer.text(), 'text/html')
      if (!$('main[data-lesson]', found)) throw new Keep.Away('no lesson')
      return found
    }
    button.onclick = async () => {
      if (button.disabled) return
      button.disabled = true
      bar.hidden = false
      persist()
      const stop = new AbortController()
      let all = 0
      for (const [at, row] of rows.entries()) {
        const url = $('h3 a', row).getAttribute('href')
        for (let wait = 1; $('.held', row).hidden; wait = Math.min(wait * 2, 8)) {
          try {
            const found = await page(url)
            const files = Keep.files(found, undefined, share)
            const size = Keep.sum(files)
            let came = await Keep.held(files)
            const tell = (what, bytes) => {
              came += bytes
              bar.value = (at + came / (size || 1)) / rows.length
              say(box, what == 'wait' ? words.wait : fill(words.part, { n: mega(all + came), at: at + 1, of: rows.length }))
            }
            tell('came', 0)
            if (!(await keepWhole(box, { page: found, url, share, signal: stop.signal, tell }))) {
              button.disabled = false
              return
            }
            all += size
            $('.held', row).hidden = false
          } catch (error) {
            const why = reason(words, error)
            if (why) {
              say(box, why)
              button.disabled = false
              return
            }
            if (!(error instanceof Keep.Away)) throw error
            say(box, words.wait)
            await sleep(wait)
          }
        }
        bar.value = (at + 1) / rows.length
      }
      box.dataset.kept = ''
      const cache = await Kept.open()
      await cache.add(location.pathname)
      say(box, words.whole)
      bar.hidden = true
      button.hidden = true
    }
  }

  const list = async box => {
    const words = box.dataset
    const section = $('template', box).content.firstElementChild
    const row = $('li', section)
    row.remove()
    // By course, the one kept from last first; its lessons in their order.
    const byCourse = records => {
      const courses = new Map()
      for (const record of records.sort((a, b) => b.at - a.at)) {
        const title = record.course || '' // it was not noted always
        courses.set(title, [...(courses.get(title) || []), record])
      }
      return [...courses].map(([title, lessons]) => [title, lessons.sort((a, b) => (a.number || 0) - (b.number || 0))])
    }
    const put = async () => {
      const records = await Kept.all()
      const shown = async ([title, lessons]) => {
        const part = section.cloneNode(true)
        const heading = $('h2', part)
        heading.textContent = title
        heading.lang = lessons[0].lang
        heading.hidden = !title
        $('ul', part).append(...(await Promise.all(lessons.map(line))))
        return part
      }
      const line = async record => {
        const item = row.cloneNode(true)
        const link = $('a', item)
        link.href = record.url
        link.textContent = record.title
        link.lang = record.lang
        const came = await Keep.held(record.files)
        const whole = record.whole && came == record.bytes
        const told = whole ? (record.bytes ? words.whole : words.read) : words.part
        $('small', item).textContent = fill(told, { n: mega(whole ? record.bytes : came), of: mega(record.bytes) })
        const furrow = $('progress', item)
        furrow.hidden = whole
        furrow.value = record.bytes ? came / record.bytes : 0
        const button = $('button', item)
        button.setAttribute('aria-label', `${button.textContent}: ${record.title}`)
        button.onclick = async () => {
          await Kept.remove(record.key)
          put()
        }
        return item
      }
      $('[data-kept-list]').replaceChildren(...(await Promise.all(byCourse(records).map(shown))))
      $('[data-kept-none]').hidden = !!records.length
      const kept = await Kept.paths()
      const files = await Pieces.files()
      const bytes = found => found.reduce((sum, file) => sum + file.bytes, 0)
      const played = bytes(files.filter(file => !kept.has(file.path)))
      const { quota = 0, usage = 0 } = navigator.storage ? await navigator.storage.estimate() : {}
      const free = quota - usage
      $('[data-space]').textContent = fill(words.room, { n: files.length ? mega(bytes(files)) : 0, free: (free / 1e6).toFixed(0) })
      const button = $('[data-tidy]')
      button.hidden = !played
      button.textContent = fill(button.dataset.words, { n: mega(played) })
      button.onclick = async () => {
        await tidy(0)
        put()
      }
    }
    await put()
    $('[data-kept-space]').hidden = false
  }

  const boxes = { '[data-keeping]': lesson, '[data-keeping-course]': course, '[data-kept-page]': list }
  // Over plain HTTP there are no caches, and a browser may refuse them: then the page says so.
  const can = () => {
    try {
      return !!self.caches
    } catch {
      return false
    }
  }
  const refuse = box => {
    for (const button of box.querySelectorAll('[data-keep],[data-keep-course]')) button.onclick = () => say(box, box.dataset.refused)
    if (box.matches('[data-kept-page]')) $('[data-elsewhere]').hidden = false
    offerToSend(box)
  }
  for (const [name, begin] of Object.entries(boxes)) if ($(name)) (can() ? begin : refuse)($(name))
})()

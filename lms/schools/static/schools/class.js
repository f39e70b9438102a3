// A class's hour: whether the link holds, what goes on when it does not, and a record that waits until there is one.
// Words stand in data-* of their lines. Times are the site's: a classroom's clock may be wrong.
(() => {
  const $ = (selector, from = document) => from.querySelector(selector)
  const main = $('[data-class]')
  const MINUTE = 60e3
  const PATIENCE_MS = 5 * MINUTE // without a link, and the recording goes on
  const ASK_MS = 20e3
  const GIVE_UP_MS = 8e3
  const SEND_MS = 30e3
  const read = (name, none) => {
    try {
      return JSON.parse(localStorage[name]) ?? none
    } catch {
      return none
    }
  }
  const write = (name, value) => {
    try {
      localStorage[name] = JSON.stringify(value)
      return true
    } catch {
      return false // a full or closed store
    }
  }
  const say = (line, what, n) => {
    line.hidden = !what
    const text = what ? line.dataset[what].replace('{n}', n) : ''
    if (line.textContent != text) line.textContent = text
  }

  // Is there a link? A portal that answers in the site's place is none.
  let ahead = read('ahead', 0)
  const now = () => Date.now() + ahead
  const starts = main.dataset.starts * 1000
  const ends = main.dataset.ends * 1000
  let heard = 0
  let linked
  // A link that is dead may not say so for minutes.
  const within = async (ms, url, options) => {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), ms)
    try {
      return await fetch(url, { ...options, cache: 'no-store', signal: abort.signal })
    } finally {
      clearTimeout(timer)
    }
  }
  const ask = async () => {
    try {
      const answer = await within(GIVE_UP_MS, '/health/live')
      linked = answer.ok && (await answer.json()).status == 'live'
      const told = Date.parse(answer.headers.get('Date'))
      if (linked && told && Math.abs(told - now()) > 5000) write('ahead', (ahead = told - Date.now()))
      if (linked) heard = now()
    } catch {
      linked = false
    }
  }

  // Plan B: which step the lesson is at.
  const line = $('[data-line]')
  const list = $('[data-steps]')
  const memory = 'step ' + main.dataset.class
  const steps = list ? [...list.children] : []
  const at = () => Math.max(0, steps.findIndex(step => step.hasAttribute('aria-current')))
  const go = number => {
    for (const [other, step] of steps.entries()) other == number ? step.setAttribute('aria-current', 'step') : step.removeAttribute('aria-current')
    sessionStorage[memory] = number
    for (const button of document.querySelectorAll('[data-record] [name=how]')) button.classList.toggle('main', button.value == steps[number].dataset.step)
    $('[data-next-step]').hidden = number == steps.length - 1
  }

  // The recording that was fetched beforehand, in this page: its own player, out of the page that is kept with it.
  let opened
  const open = async () => {
    const link = $('[data-material]')
    if (opened || !link) return opened
    const key = link.closest('[data-lesson]').dataset.lesson
    const [record, kept] = await Promise.all([`/kept/whole/${key}`, new URL(link.href).pathname].map(one => caches.match(one, { cacheName: 'kept', ignoreVary: true })))
    if (!record || !kept) return false
    const { files } = await record.json()
    const page = new DOMParser().parseFromString(await kept.text(), 'text/html')
    const parts = ['[data-player]', '#lesson-media'].map(part => $(part, page)).filter(Boolean)
    const film = $('[data-film]')
    if (opened || !parts[0]) return opened
    opened = true
    for (const without of parts[0].querySelectorAll('noscript')) without.remove()
    film.hidden = false
    film.append($('[data-player-style]').content.cloneNode(true), ...parts)
    history.replaceState(null, '', '#play') // the player begins by itself
    film.append($('[data-player-script]').content.cloneNode(true))
    const data = JSON.parse($('#lesson-media')?.textContent || '{}')
    const here = (data.pictures || []).find(picture => files.some(([path]) => path == picture.url))
    $(`[data-quality="${here ? here.name : 'voice'}"]`, film)?.click()
    const media = $('video,audio', film)
    media.addEventListener('playing', () => film.scrollIntoView(), { once: true }) // the player takes the focus
    for (const button of document.querySelectorAll('[data-open]')) button.hidden = true
    go(steps.length - 1)
    return true
  }

  let none // looked for after five minutes, and not here
  let missing // asked for, and not here
  const look = async () => {
    const time = now()
    if (time < starts - 10 * MINUTE || time > ends || linked === undefined) return say(line, '')
    line.classList.toggle('bad', !linked)
    if (linked) {
      none = false
      return say(line, missing && !opened ? 'missing' : 'good')
    }
    const gone = time - Math.max(heard, starts)
    if (gone >= PATIENCE_MS && !opened && !none) none = !(await open().catch(() => false))
    say(line, opened ? 'played' : none ? 'none' : 'lost', Math.max(0, Math.floor(gone / MINUTE)))
  }
  const watch = async () => {
    await ask()
    await look()
    if (linked) await send()
  }

  // The record. What cannot be sent waits on this device, one for a lesson: what was said last.
  const notes = () => read('records', [])
  const forget = note => write('records', notes().filter(one => one.url != note.url || one.fields.said_at != note.fields.said_at))
  const post = (note, token) => within(SEND_MS, note.url, { method: 'POST', body: new URLSearchParams({ ...note.fields, csrfmiddlewaretoken: token }) })
  const one = async (note, token) => {
    let answer = token && (await post(note, token))
    if (!answer || answer.status == 403) {
      const page = await within(SEND_MS, note.page)
      const fresh = page.redirected || !page.ok ? null : $('[data-record] [name=csrfmiddlewaretoken]', new DOMParser().parseFromString(await page.text(), 'text/html'))
      if (!fresh) return 'sign'
      answer = await post(note, fresh.value)
    }
    if (answer.status == 403 || (answer.ok && new URL(answer.url).pathname != note.page)) return 'sign'
    const here = note.page == location.pathname
    // What was refused says so on its own page.
    if (!answer.ok && !(answer.status == 409 && here) && answer.status != 404) return 'kept'
    forget(note)
    if (!here || answer.status == 404) return ''
    const shown = $('main', new DOMParser().parseFromString(await answer.text(), 'text/html'))
    const said = $('#record', shown)
    const refused = $('.note.bad', shown)
    if (!said) return location.reload() // cancelled meanwhile
    $('#record').replaceWith(said)
    if (refused) said.prepend(refused)
    begin()
    if (list) go(at())
    return ''
  }
  let sending
  let again
  const send = async token => {
    again = sending
    if (sending) return
    sending = true
    let state = ''
    try {
      for (const note of notes()) {
        const mine = note.person == main.dataset.person
        state = (mine ? await one(note, token) : 'other') || state
      }
    } catch {
      state = 'kept'
    } finally {
      sending = false
    }
    const line = $('[data-waiting]')
    if (line) say(line, state)
    if (again) await send()
  }
  const begin = () => {
    const form = $('[data-record]')
    if (!form) return
    form.onsubmit = event => {
      const { submitter } = event
      if (!submitter) return
      const { csrfmiddlewaretoken: token, ...fields } = Object.fromEntries(new FormData(form))
      fields[submitter.name] = submitter.value
      fields.said_at = new Date(now()).toISOString()
      const url = new URL(form.action).pathname
      const note = { url, page: location.pathname, person: main.dataset.person, fields }
      if (!write('records', [...notes().filter(one => one.url != url), note])) return // sent by the browser, while it can
      event.preventDefault()
      say($('[data-waiting]'), 'kept')
      send(token)
    }
  }

  if (list) {
    const next = document.createElement('button')
    next.type = 'button'
    next.dataset.nextStep = ''
    next.textContent = list.dataset.next
    list.after(next)
    next.onclick = () => go(at() + 1)
    for (const button of document.querySelectorAll('[data-open]')) {
      button.hidden = false
      button.onclick = async () => {
        missing = !(await open())
        if (missing) say(line, 'missing')
      }
    }
    go('byRecording' in main.dataset ? steps.length - 1 : Math.min(+sessionStorage[memory] || 0, steps.length - 1))
    setInterval(look, 5000)
  }
  begin()
  for (const name of ['online', 'offline']) addEventListener(name, watch)
  setInterval(watch, ASK_MS)
  watch()
})()

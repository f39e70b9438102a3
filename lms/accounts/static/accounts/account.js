// What was learned on this phone before signing in is offered to whoever signs in, and sent when they say it is theirs.
// What the phone knows is kept by person, in names that end in their id, a guest's in nothing (`who`: who learns now).
(() => {
  const box = document.querySelector('[data-claim]')
  const GUEST = 'events:'
  const MOST = 200 // events a call
  const LISTS = ['progress:', 'lessons:']
  const stored = (name, none) => {
    try {
      return JSON.parse(localStorage[name]) || none
    } catch {
      return none
    }
  }
  const read = () => stored(GUEST, [])
  const become = id => {
    try {
      localStorage.who = id
    } catch {
      // a closed store: nothing is kept of anybody
    }
  }
  const me = async () => {
    const answer = box ? await fetch('/api/v1/me').catch(() => 0) : 0
    const id = (answer.ok && (await answer.json()).user?.id) || ''
    if (id || !box) become(id)
    return id
  }
  // The next guest begins with nothing; `id`, whose it was, has it with their own.
  const clear = id => {
    for (const list of LISTS) {
      if (id) localStorage[list + id] = JSON.stringify({ ...stored(list, {}), ...stored(list + id, {}) })
      localStorage.removeItem(list)
    }
  }
  const known = me()
  addEventListener('submit', () => become('')) // in or out: the next page knows who it is
  const keep = events => (events.length ? (localStorage[GUEST] = JSON.stringify(events)) : localStorage.removeItem(GUEST))
  const fill = (text, n) => text.replace('{n}', n)
  const lessons = new Set(read().map(event => event.lesson_key)).size
  if (!lessons) return
  if (!box) {
    // Not signed in yet: this page comes back, and asks.
    document.querySelector('[name=next]').value ||= location.pathname
    return
  }
  const say = box.querySelector('[data-claim-say]')
  const [mine, other] = box.querySelectorAll('button')
  say.textContent = fill(box.dataset.found, lessons)
  box.hidden = false
  other.onclick = () => {
    keep([])
    clear()
    box.hidden = true
  }
  mine.onclick = async () => {
    mine.disabled = true
    for (let left = read(); left.length; left = read()) {
      const batch = left.slice(0, MOST)
      const answer = await fetch('/api/v1/events', {
        method: 'POST',
        body: JSON.stringify(batch),
        headers: { 'Content-Type': 'application/json' },
      }).catch(() => 0)
      if (!answer.ok) {
        say.textContent = box.dataset.wait
        mine.disabled = false
        return
      }
      const sent = new Set(batch.map(event => event.id))
      keep(read().filter(event => !sent.has(event.id)))
    }
    clear(await known)
    say.textContent = fill(box.dataset.done, lessons)
    mine.hidden = other.hidden = true
  }
})()

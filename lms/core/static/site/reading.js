// A lesson to read: done by its button. What was done waits where lesson.js keeps what was watched: on the phone, by
// person; it is sent when it is known who is signed in, and a guest's when they claim it (account.js).
(() => {
  const form = document.querySelector('[data-learned]')
  const key = form.dataset.learned
  const MOST = 200 // events a call
  const PATIENCE_MS = 3000
  const stored = (name, none) => {
    try {
      return JSON.parse(localStorage[`${name}:${localStorage.who || ''}`]) || none
    } catch {
      return none
    }
  }
  const store = (name, value) => {
    try {
      localStorage[`${name}:${(localStorage.who ||= '')}`] = JSON.stringify(value)
    } catch {
      // a full or closed store: not kept
    }
  }
  let me
  const show = () => {
    form.dataset.done = [stored('progress', {}), me?.progress].some(known => known?.[key]?.completed)
  }
  const send = async () => {
    const events = stored('events', []).slice(0, MOST)
    if (!me?.user || !events.length) return
    const answer = await fetch('/api/v1/events', { method: 'POST', body: JSON.stringify(events), keepalive: true }).catch(() => 0)
    if (!answer.ok) return
    const sent = events.map(event => event.id)
    store('events', stored('events', []).filter(event => !sent.includes(event.id)))
  }
  // Without a link it is whoever was here last.
  const who = async () => {
    const answer = await fetch('/api/v1/me').catch(() => 0)
    if (!answer.ok) return
    me = await answer.json()
    try {
      localStorage.who = me.user?.id || ''
    } catch {
      // a closed store: not kept
    }
  }
  // RFC 9562, version 7: the time, then chance, which an address made for nothing ends in (randomUUID needs HTTPS).
  const uuid7 = () => {
    const ms = Date.now().toString(16)
    return `0${ms.slice(0, 7)}-${ms.slice(7)}-7${URL.createObjectURL(new Blob()).slice(-21)}`
  }
  let asked
  form.onsubmit = async event => {
    event.preventDefault()
    const at = new Date().toISOString()
    await Promise.race([asked, new Promise(done => setTimeout(done, PATIENCE_MS))])
    if (!stored('progress', {})[key]?.completed) {
      store('progress', { ...stored('progress', {}), [key]: { position_s: 0, fraction: 1, completed: true, at } })
      store('events', [...stored('events', []), { id: uuid7(), kind: 'lesson_completed', lesson_key: key, at, data: {} }].slice(-1000))
    }
    show()
    if (form.dataset.done == 'false') form.submit() // a closed store: the site is told in the plain way
    send()
  }
  show()
  asked = who().then(() => {
    show()
    send()
  })
})()

// What goes along with a playing lesson, whichever way it plays: the words, progress, keys, speed, what comes next.
(() => {
  const $ = (s) => document.querySelector(s)
  const waiting = $('[data-watch]')
  const box = $('[data-player]')
  const stored = (name, none) => {
    try {
      return JSON.parse(localStorage[name]) || none
    } catch {
      return none
    }
  }
  const store = (name, value) => {
    try {
      localStorage[name] = JSON.stringify(value)
    } catch {
      // a full or closed store: not kept
    }
  }

  // Being prepared: asks now and then, a few hundred bytes each, and shows what has become playable.
  if (waiting) {
    const { watch, tracks } = waiting.dataset
    let wait = 10
    const ask = async () => {
      wait = Math.min(wait * 1.3, 120)
      setTimeout(ask, wait * 1000)
      if (document.hidden || (box && !$('video,audio').paused)) return
      const answer = await fetch(watch).catch(() => 0)
      if (!answer.ok) return
      const { state, fraction, tracks: found } = await answer.json()
      if (state == 'ready' || state == 'failed' || found != tracks) return location.reload()
      const bar = waiting.querySelector('progress')
      if (bar) bar.value = fraction
    }
    setTimeout(ask, wait * 1000)
  }
  if (!box) return

  const v = $('video,audio')
  const go = $('[data-play]')
  const key = box.dataset.key
  const length = () => +box.dataset.duration || v.duration || 0
  const seek = (t) => {
    v.currentTime = t
    if (v.paused) go.hidden ? v.play() : go.click()
  }

  // The words beside it
  const list = $('[data-transcript]')
  const cues = list ? [...list.querySelectorAll('[data-start]')] : []
  let current
  const follow = () => {
    const t = v.currentTime + 0.1
    const cue = cues.findLast((c) => +c.dataset.start <= t)
    if (cue == current) return
    if (current) current.removeAttribute('aria-current')
    current = cue
    if (!cue) return
    cue.setAttribute('aria-current', 'true')
    if (!list.matches(':hover, :focus-within')) list.scrollTop = cue.offsetTop - list.clientHeight / 3
  }
  if (list) {
    list.onclick = (e) => {
      const cue = e.target.closest('[data-start]')
      if (!cue || getSelection().toString()) return
      e.preventDefault()
      seek(+cue.dataset.start)
    }
  }
  addEventListener('hashchange', () => {
    const t = /t=(\d+)/.exec(location.hash)
    if (t) seek(+t[1])
  })

  // Progress: on this phone for everyone, to the server for who is signed in
  let me
  const outbox = () => 'events:' + me.user.name
  const uuid7 = () => {
    const b = crypto.getRandomValues(new Uint8Array(16))
    let ms = Date.now()
    for (let i = 5; i >= 0; i--, ms = Math.floor(ms / 256)) b[i] = ms % 256
    b[6] = 0x70 | (b[6] & 15)
    b[8] = 0x80 | (b[8] & 63)
    return [...b].map((n, i) => ([4, 6, 8, 10].includes(i) ? '-' : '') + n.toString(16).padStart(2, '0')).join('')
  }
  const who = async () => {
    const answer = await fetch('/api/v1/me').catch(() => 0)
    if (answer.ok) me = await answer.json()
    if (me && me.user) send()
  }
  const send = async () => {
    const events = stored(outbox(), [])
    if (!events.length) return
    const answer = await fetch('/api/v1/events', {
      method: 'POST',
      body: JSON.stringify(events.slice(0, 200)),
      headers: { 'Content-Type': 'application/json' },
      keepalive: true, // the page may be closed next
    }).catch(() => 0)
    if (!answer.ok) return
    const { accepted, rejected } = await answer.json()
    const done = new Set([...accepted, ...rejected.map((r) => r.id)])
    store(outbox(), stored(outbox(), []).filter((e) => !done.has(e.id)))
  }
  const note = (kind, data) => {
    if (!me || !me.user) return
    const event = { id: uuid7(), kind, lesson_key: key, at: new Date().toISOString(), data }
    store(outbox(), [...stored(outbox(), []), event].slice(-1000))
  }
  let noted = 0
  let told = 0
  const position = () => ({ position_s: +v.currentTime.toFixed(1), duration_s: +length().toFixed(1) })
  const keep = () => {
    const all = stored('progress', {})
    const before = all[key] || {}
    const done = before.completed || v.currentTime > length() * 0.95
    const at_end = v.currentTime > length() - 2
    all[key] = {
      position_s: at_end ? 0 : +v.currentTime.toFixed(1),
      fraction: Math.max(before.fraction || 0, +(v.currentTime / length()).toFixed(3)),
      completed: done,
      at: new Date().toISOString(),
    }
    store('progress', all)
    noted = Date.now()
    if (done && !told) {
      told = 1
      if (!before.completed) note('lesson_completed', {})
      if (me) send()
    }
  }
  let sent = 0
  const tell = async () => {
    keep()
    if (v.currentTime == sent) return
    sent = v.currentTime
    const at = position()
    if (!me) await who()
    note('lesson_played', at)
  }
  v.addEventListener('timeupdate', () => {
    follow()
    if (v.paused || !length()) return
    if (Date.now() - noted > 5000) keep()
    if (Math.abs(v.currentTime - sent) > 20) {
      tell()
      if (!me) who()
      else if (me.user) send()
    }
  })
  // Who stops here may go on at another phone: the server hears of it now, not when the next page is opened.
  v.addEventListener('pause', async () => {
    if (!length() || !v.currentTime) return
    await tell()
    if (me && me.user) send()
  })
  addEventListener('pagehide', () => {
    if (v.paused || !length()) return
    tell()
    if (me && me.user) {
      const events = stored(outbox(), []).slice(0, 200)
      navigator.sendBeacon('/api/v1/events', new Blob([JSON.stringify(events)], { type: 'application/json' }))
    }
  })
  addEventListener('load', async () => {
    if (!v.paused) return
    await who()
    const here = stored('progress', {})[key]
    const there = me && me.progress && me.progress[key]
    const newer = there && (!here || there.at > here.at)
    if (newer && v.paused && !go.hidden && !location.hash && !there.completed) v.currentTime = there.position_s
  })

  // Speed and keys
  const speed = $('[data-speed]')
  const speeds = [1, 1.25, 1.5, 2, 0.75]
  speed.disabled = false
  speed.onclick = () => {
    v.playbackRate = v.defaultPlaybackRate = speeds[(speeds.indexOf(v.playbackRate) + 1) % speeds.length]
  }
  v.addEventListener('ratechange', () => (speed.textContent = v.playbackRate + '×'))
  const keys = {
    ' ': () => (v.paused ? seek(v.currentTime) : v.pause()),
    ArrowLeft: () => (v.currentTime = Math.max(0, v.currentTime - 5)),
    ArrowRight: () => (v.currentTime = Math.min(length(), v.currentTime + 5)),
    m: () => (v.muted = !v.muted),
    f: () => (document.fullscreenElement ? document.exitFullscreen() : v.requestFullscreen && v.requestFullscreen()),
  }
  document.addEventListener('keydown', (e) => {
    if (e.altKey || e.ctrlKey || e.metaKey || e.target.closest('input,select,textarea,video,audio,[contenteditable]')) return
    if (e.key == ' ' && e.target.closest('a,button,summary')) return
    if (!keys[e.key]) return
    e.preventDefault()
    keys[e.key]()
  })

  // The end
  const next = $('[data-next]')
  v.addEventListener('ended', () => next && (next.hidden = false))
  v.addEventListener('playing', () => next && (next.hidden = true))
  const fits = performance.getEntriesByType('navigation')[0]
  const bps = fits && fits.transferSize > 3000 ? (fits.transferSize * 8000) / (fits.responseEnd - fits.responseStart || 1) : 0
  const carried = [...document.querySelectorAll('[data-bps]')].filter((b) => (+b.dataset.bps + 17000) * 1.5 < bps).pop()
  if (carried) carried.dataset.fits = ''
})()

// What goes along with a playing lesson, whichever way it plays: the words, progress, keys, speed, what comes next.
(() => {
  const all = (s) => [...document.querySelectorAll(s)]
  const $ = (s) => all(s)[0]
  const box = $('[data-player]')
  // By person; '' is a guest
  const stored = (name, none) => {
    try {
      return JSON.parse(localStorage[name + ':' + localStorage.who]) || none
    } catch {
      return none
    }
  }
  const store = (name, value) => {
    try {
      localStorage[name + ':' + localStorage.who] = JSON.stringify(value)
    } catch {
      // a full or closed store: not kept
    }
  }

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
  const cues = all('[data-start]')
  let current
  const follow = () => {
    const cue = cues.findLast((c) => c.dataset.start <= v.currentTime + 0.1)
    if (cue == current) return
    current?.removeAttribute('aria-current')
    current = cue
    if (!cue) return
    cue.setAttribute('aria-current', true)
    if (!list.matches(':hover, :focus-within')) list.scrollTop = cue.offsetTop - list.clientHeight / 3
  }
  if (list) {
    // In the picture too, by the browser's own button
    const track = v.addTextTrack('captions')
    cues.forEach((cue, i) => track.addCue(new VTTCue(cue.dataset.start, cues[i + 1]?.dataset.start || length(), cue.lastChild.textContent)))
    list.onclick = (e) => {
      const cue = e.target.closest('[data-start]')
      if (!cue || getSelection().toString()) return
      e.preventDefault()
      seek(+cue.dataset.start)
    }
  }
  onhashchange = () => {
    const t = +location.hash.slice(3) // #t=12
    if (t) seek(t)
  }

  // Progress: on this phone for everyone, to the server for who is signed in. What a guest did waits for whoever claims
  // it (account.js); without a link it is put down to who was signed in last.
  let me
  let asked
  // RFC 9562, version 7: the time, then chance, which an address made for nothing ends in (randomUUID needs HTTPS).
  const uuid7 = () => {
    const ms = Date.now().toString(16)
    return `0${ms.slice(0, 7)}-${ms.slice(7)}-7${URL.createObjectURL(new Blob()).slice(-21)}`
  }
  const who = async () => {
    const answer = await fetch('/api/v1/me').catch(() => 0)
    asked = true
    if (!answer.ok) return
    me = await answer.json()
    try {
      localStorage.who = me.user?.id || ''
    } catch {
      // a full or closed store: not kept
    }
    send()
  }
  const send = async () => {
    const events = stored('events', []).slice(0, 200)
    if (!me?.user || !events[0]) return
    const answer = await fetch('/api/v1/events', { method: 'POST', body: JSON.stringify(events), keepalive: true }).catch(() => 0)
    if (answer.ok) store('events', stored('events', []).filter((e) => !events.some((sent) => sent.id == e.id)))
  }
  const note = (kind, data) => {
    const event = { id: uuid7(), kind, lesson_key: key, at: new Date().toISOString(), data }
    store('events', [...stored('events', []), event].slice(-1000))
  }
  let noted = 0
  const keep = () => {
    const known = stored('progress', {})
    const before = known[key] || 0
    const done = before.completed || v.currentTime > length() * 0.95
    known[key] = {
      position_s: v.currentTime > length() - 2 ? 0 : v.currentTime,
      fraction: Math.max(before.fraction || 0, v.currentTime / length()),
      at: new Date().toISOString(),
      completed: done,
    }
    store('progress', known)
    noted = Date.now()
    if (!done || before.completed) return
    note('lesson_completed', {})
    send()
  }
  let sent = 0
  // Once it is known whose it is; who leaves cannot wait
  const tell = async (leaves) => {
    const at = v.currentTime
    if (!length() || at == sent) return
    sent = at
    if (!me && !leaves) await who()
    keep()
    note('lesson_played', { position_s: at, duration_s: length() })
    send()
  }
  v.addEventListener('timeupdate', () => {
    follow()
    if (v.paused || !length()) return
    if (asked && Date.now() - noted > 5000) keep()
    if (Math.abs(v.currentTime - sent) > 20) tell()
  })
  // Who stops here may go on at another phone: the server hears of it now
  v.onpause = () => tell()
  addEventListener('pagehide', () => v.paused || tell(true))
  addEventListener('load', async () => {
    if (!v.paused) return
    await who()
    const here = stored('progress', {})[key]
    const there = me?.progress[key]
    const last = there && !(here?.at >= there.at) ? there : here
    // Not where somebody else stopped
    if (v.paused && !go.hidden && !location.hash && !last?.completed) v.currentTime = last?.position_s || 0
  })

  // Speed and keys
  const speed = $('[data-speed]')
  const speeds = [1, 1.25, 1.5, 2, 0.75]
  speed.disabled = false
  speed.onclick = () => {
    v.playbackRate = v.defaultPlaybackRate = speeds[(speeds.indexOf(v.defaultPlaybackRate) + 1) % speeds.length]
  }
  v.onratechange = () => (speed.textContent = v.defaultPlaybackRate + '×')
  const keys = {
    ' ': () => (v.paused ? seek(v.currentTime) : v.pause()),
    ArrowLeft: () => (v.currentTime -= 5),
    ArrowRight: () => (v.currentTime += 5),
    m: () => (v.muted = !v.muted),
    f: () => (document.fullscreenElement ? document.exitFullscreen() : v.requestFullscreen?.()),
  }
  addEventListener('keydown', (e) => {
    const own = 'input,select' + (e.key < 'a' ? ',video,audio' : '') + (e.key == ' ' ? ',a,button,summary' : '')
    if (!keys[e.key] || e.altKey || e.ctrlKey || e.metaKey || e.target.closest(own)) return
    e.preventDefault()
    keys[e.key]()
  })

  // One visit in ten tells how it went, and nothing of whose it was (lms.reach)
  if (Math.random() < 0.1) {
    const told = { paint: 0, stalls: 0, stalled: 0, played: 0, kb: 0, link: navigator.connection?.effectiveType }
    const now = () => performance.now() | 0
    let since
    v.addEventListener('play', () => (since ??= now()))
    v.addEventListener('playing', () => {
      const took = since && now() - since
      if (told.sound == null) told.sound = took
      else told.stalled += took
      since = 0
    })
    v.addEventListener('waiting', () => {
      if (since != 0 || v.seeking) return
      since = now()
      told.stalls++
    })
    addEventListener('pagehide', () => {
      for (let i = v.played.length; i--; ) told.played += (v.played.end(i) - v.played.start(i)) | 0
      for (const e of performance.getEntries()) {
        if (!e.serverTiming?.[0]) told.kb += (e.encodedBodySize / 1e3) | 0
        if (/first-c/.test(e.name)) told.paint = e.startTime | 0
      }
      navigator.sendBeacon('/api/v1/visits', JSON.stringify(told))
    }, { once: true })
  }

  // The lock screen; its picture would be fetched at once, in the way of the lesson's own bytes
  const session = navigator.mediaSession
  if (session) {
    session.metadata = new MediaMetadata({ title: document.title })
    session.setActionHandler('seekbackward', keys.ArrowLeft)
    session.setActionHandler('seekforward', keys.ArrowRight)
  }

  // The end
  const next = $('[data-next]')
  if (next) v.onended = v.onseeked = () => (next.hidden = !v.ended)

  // Quality climbs to what the link carries and the learner's cap (in MB) allows, until one is chosen by hand
  const buttons = all('[data-bps]')
  const cap = $('[data-cap]')
  let at = 0
  let by_hand = navigator.connection?.saveData
  if (!cap) return
  cap.value = stored('cap', 10)
  cap.onchange = () => store('cap', cap.value)
  box.addEventListener('click', (e) => {
    const chosen = e.target.closest('[data-quality]')
    const amount = $('[data-amount]')
    if (!chosen) return
    by_hand ||= e.isTrusted
    if (amount) amount.textContent = chosen.lastChild.textContent
  })
  // What comes from the phone (worker.js) tells nothing
  setInterval(() => {
    const e = performance.getEntries().findLast((e) => e.name.includes('/r/'))
    if (!e || by_hand || v.paused) return
    const ms = e.responseEnd - e.requestStart
    const late = box.dataset.link == 'wait'
    const best = late ? 0 : buttons.findLastIndex((b) => b.dataset.bytes < cap.value * 1e6 && b.dataset.bps * ms < e.encodedBodySize * 4e3)
    if (!e.serverTiming?.[0] && best != at && (late || best > at)) buttons[(at = best)].click()
  }, 2e3)
})()

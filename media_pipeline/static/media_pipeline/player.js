// Sound and picture are separate files, fetched by byte ranges along our own index into one MediaSource.
// On a slow link the voice comes first; the picture joins at a keyframe. See media_pipeline/playback.py.
(() => {
  const $ = s => document.querySelector(s)
  const box = $('[data-player]')
  const v = $('video,audio')
  const go = $('[data-play]')
  const buttons = document.querySelectorAll('[data-quality]')
  const data = JSON.parse($('#lesson-media').textContent)
  const total = data.duration
  const bytes = s => Uint8Array.from(atob(s), c => c.charCodeAt())
  const can = f => window.MediaSource && MediaSource.isTypeSupported(f.mime)
  let ms, S, P, lead, started, want, held, late, rtt, failed
  let tracks = []
  let rate = 6000 // bytes a second
  let fresh = 0
  let spent = 0
  let mark = 0

  const slow = () => late || rate < 25000
  const show = (name, what, n) => {
    const e = $('[data-' + name + ']')
    const text = (e.dataset[what] || '').replace('{n}', n)
    if (e.textContent != text) e.textContent = text
  }
  // While the link is dead what is here is spoken slower, to outlast it.
  const dead = () => /y/.test(box.dataset.link) // retry, busy
  const say = what => {
    if (box.dataset.link == 'gone') return
    show('strip', (box.dataset.link = what), (rate / 125) | 0)
    v.playbackRate = v.defaultPlaybackRate * (dead() ? 0.75 : 1)
  }
  const unpack = f => {
    let a = 0
    let b = 0
    f.init = bytes(f.init)
    f.off = f.sizes.map(n => (a += n))
    f.start = [...f.steps.map(n => (b += n) / 1000), total]
    f.n = f.steps.length
    return f
  }
  const entry = (f, t) => {
    let i = f.n
    while (--i && f.start[i] > t + 0.02);
    return i
  }
  // End of what is buffered at t; t itself when nothing is.
  const end = (T, t) => {
    const b = T.sb.buffered
    for (let i = 0; i < b.length; i++) if (b.start(i) < t + 0.2 && b.end(i) > t) return b.end(i)
    return t
  }
  const whole = T => T.at >= T.f.n && !T.job && !T.queue[0] && !T.sb.updating

  // Forgets what is being fetched, and half a fragment; what comes next may be of another rendition.
  const cut = T => {
    T.job = T.job && T.job.stop()
    T.queue = []
    if (ms.readyState == 'ended') T.sb.appendBuffer(T.f.init) // reopens
    T.sb.abort()
    T.sb.changeType(T.f.mime)
    T.sb.appendBuffer(T.f.init)
  }
  const place = T => {
    const s = T.f.start
    let i = entry(T.f, v.currentTime)
    while (i < T.f.n && end(T, s[i] + 0.1) > s[i + 1] - 0.1) i++
    T.at = i
    T.from = s[i]
  }
  // The keyframe whose pictures can be on the screen first.
  const join = () => {
    const { off, start, n } = P.f
    const t = v.currentTime
    const before = S.job ? S.job.left : 0
    const delay = end(S, t) > t ? 0 : rtt + 4000 / rate // until the play head moves
    let best = 1e9
    P.at = n
    for (let i = entry(P.f, t); i < n; i++) {
      // Pictures show as they come: half of an entry's bytes for its keyframe, the others evenly over its time.
      const half = (off[i + 1] - off[i]) / rate / 2
      const share = half / (start[i + 1] - start[i])
      const shown = Math.max(start[i], (t - delay + rtt + before / rate + half - share * start[i]) / (1 - share))
      if (share < 0.9 && shown < best && shown <= (held ? start[i + 1] - 0.5 : start[i])) {
        best = shown
        P.at = i
      }
    }
    P.from = start[P.at]
  }

  const flush = T => {
    const t = v.currentTime
    // A gap before the play head would stop the sound: a picture that comes early waits here.
    if (T.queue[0] && !T.sb.updating && !(T == P && S && T.from > end(T, t) + 0.2)) T.sb.appendBuffer(T.queue.shift())
  }

  // Fetches up to entry `to`; after a failure it goes on at the byte where it broke.
  const load = async (T, to) => {
    const { off, start, url } = T.f
    let pos = off[T.at]
    const job = (T.job = { first: start[T.at], last: start[to], left: off[to] - pos })
    T.at = to
    while (job.left) {
      const abort = new AbortController()
      let guard
      job.stop = () => abort.abort()
      const watch = () => {
        clearTimeout(guard)
        guard = setTimeout(job.stop, 15000)
      }
      watch()
      try {
        let till = pos
        let answer
        // Small spans on a slow link: what is on its way must fit in the link's queue, or seconds of it are dropped.
        const ask = () => {
          const from = till
          till = Math.min(off[to], from + (slow() ? 18000 : 1e9))
          answer = fetch(url, { headers: { Range: 'bytes=' + from + '-' + (till - 1) }, priority: T == P ? 'low' : 'high', signal: abort.signal })
          answer.catch(() => 0)
        }
        while (job.left) {
          if (!answer) ask()
          const { status, body, statusText } = await answer
          answer = 0
          if (status != 206) throw status
          const reader = body.getReader()
          for (let part; (part = (await reader.read()).value); ) {
            if (T.job != job) return
            const n = part.length
            fresh += n
            const took = Date.now() - mark
            pos += n
            if (statusText != 'kept') spent += n // else from the phone itself (worker.js)
            job.left -= n
            if (took > 500) {
              if (took < 3000) rate = rate / 2 + (500 * fresh) / took
              mark = Date.now()
              fresh = 0
            }
            T.queue.push(part)
            if (dead()) say('')
            show('spent', 'spent', (spent / 1e6).toFixed(1))
            if (!answer && till < off[to] && till - pos < rate * rtt) ask()
            watch()
            tick()
          }
        }
      } catch (e) {
        job.stop()
        if (T.job != job) return
        say(e == 404 ? 'gone' : e > 0 ? 'busy' : 'retry') // no link, or something that is no part of the file
        if (e == 404) return
        await new Promise(done => setTimeout(done, 2000))
      }
      if (T.job != job) return
    }
    T.job = 0
    tick()
  }

  const pump = () => {
    const t = v.currentTime
    const busy = tracks.find(T => T.job)
    // On a slow link the next request leaves while the last one's bytes still come: no round trip is idle.
    // The first two leave together, the voice's a short one but on the slowest links. So do those that wait for a dead
    // link; and the voice need not wait for a picture that takes longer than the voice that is here lasts.
    const ahead = lead.f.start[lead.at] - t
    if (busy && slow() && spent && !dead() && busy.job.left > rate * rtt && (busy != P || ahead > rtt + Math.min(4, busy.job.left / rate + 0.5))) return
    const full = T => T.at >= T.f.n || T.f.start[T.at] - t > 55
    const picture = S && P && want && !P.job && !full(P)
    // Seconds of sound to have when a picture is asked for; more and more, as a full queue may drop seconds of bytes, and
    // a dead link is outlasted by the voice, which is small: four seconds for each that the picture is 8 s or more ahead.
    const need = picture ? rtt + Math.max(1, Math.min(9, spent / 12000 - 5), Math.min(52, 4 * (P.f.start[P.at] - t) - 32)) + (P.f.off[P.at + 1] - P.f.off[P.at]) / rate / 2 : 0
    const T = picture && ((!(slow() && spent) && (!held || S.job)) || full(S) || ahead > need) ? P : lead
    if (T == P && held) join()
    if (T.job || full(T)) return
    const { n, start } = T.f
    const enough = (T == P && slow()) || (T.at && !spent && rate > 9000) ? 0 : Math.max(start[T.at] + 4, T == S && t + need)
    let to = T.at + 1
    while (to < n && start[to] < enough - 0.2) to++
    load(T, to)
    pump()
  }

  const hold = () => {
    if (ms.readyState == 'open' && tracks.every(T => !T.sb.updating)) ms.endOfStream()
  }
  const tick = () => {
    // Between an error and the news of it there is nothing to ask any more.
    if (!ms || ms.readyState == 'closed') return
    tracks.forEach(flush)
    if (!started) return
    const t = v.currentTime
    if (S && P) {
      const pe = end(P, t)
      const short = pe < total - 0.5
      if (held) {
        if (P.job && t > P.job.last) cut(P)
        if (want && !P.job && !P.queue[0] && (P.at >= P.f.n || P.f.start[P.at] < t - 0.2)) join()
        if (pe - t > 0.7 || !short) {
          held = 0
          if (!dead()) say('')
          if (!v.seeking) v.currentTime = t // wakes the picture
        } else if (end(S, t) > t && !S.queue[0]) hold()
        if (want && !slow() && P.from > t + 4) {
          cut(P)
          place(P)
        }
      } else if (short && pe - t < 0.5 && end(S, t) - t > 1 && (slow() || !want || P.from > pe)) {
        held = 1
        hold()
      }
      if (want && held && !dead()) say('slow')
    }
    if (whole(lead) && (!P || !want || whole(P))) hold()
    pump()
  }
  const enter = T => {
    // The voice waits for no picture where it is here already, as at the start.
    const t = v.currentTime
    if (T == P && S && (slow() || !want || end(S, t) > t)) {
      held = 1
      join()
    } else place(T)
  }

  const choose = name => {
    const f = data.pictures.find(p => p.name == name)
    for (const b of buttons) b.setAttribute('aria-pressed', b.dataset.quality == name)
    want = f
    if (!tracks.includes(P)) return
    const same = f == P.f
    P.f = f || P.f
    if (!same) cut(P)
    if (f && started) same || !S ? enter(P) : join()
    tick()
  }

  const ready = () => {
    go.disabled = 0
    go.onclick = () => {
      go.hidden = v.controls = 1
      v.focus()
      v.play()
    }
    if (location.hash == '#play') go.click(location.replace('#'))
  }
  // Without MediaSource, AV1 or Opus, or when they fail twice, the one file plays.
  const share = () => {
    const t = v.currentTime
    ms = v.onerror = 0
    box.dataset.mode = 'share'
    go.querySelector('small').textContent = go.dataset.file
    if (!v.querySelector('source')) return
    ready()
    if (!failed) return
    v.removeAttribute('src')
    v.load()
    v.currentTime = t
    v.play()
  }
  // What the page took tells the link. Its first bytes are seen when the first TLS record is whole, so where the
  // connection is new, its two round trips (TCP, TLS) tell when they set out.
  const look = () => {
    const n = performance.getEntriesByType('navigation')[0]
    const trip = (n.connectEnd - n.connectStart) / 2 || n.responseStart - n.requestStart
    const took = n.responseEnd - n.requestStart - trip
    if (took > 0 && n.transferSize > 3000) rate = (n.transferSize / took) * 1000
    rtt = trip / 1000
  }
  addEventListener('load', () => {
    if (started) return
    look()
    if (!slow()) v.poster = v.dataset.poster
  })
  v.onplay = () => {
    if (started) return
    look()
    started = 1
    tracks.forEach(enter)
    tick()
  }
  try {
    const asked = /t=(\d+)/.exec(location.hash)
    v.currentTime = asked ? asked[1] : JSON.parse(localStorage['progress:' + localStorage.who])[box.dataset.key].position_s
  } catch {
    // nothing kept, or nothing can be
  }
  // Without AV1 or Opus: the same page with H.264 and AAC.
  const files = [data.sound, ...data.pictures].filter(T => T)
  if (!files[0] || !files.every(can)) return window.MediaSource && box.dataset.plain ? location.replace(box.dataset.plain + location.hash) : share()
  files.forEach(unpack)
  want = data.pictures[0]
  const open = () => {
    ms = new MediaSource()
    v.src = URL.createObjectURL(ms)
    ms.onsourceopen = () => {
      ms.onsourceopen = 0
      const track = (f, ...more) => {
        const sb = ms.addSourceBuffer(f.mime)
        sb.onupdateend = tick
        return { f, sb, queue: [f.init, ...more] }
      }
      // The first seconds, and a silent end that keeps the duration whole while the picture is short (endOfStream).
      if (data.sound) S = track(data.sound, bytes(data.ends))
      if (data.pictures[0]) P = track(want || data.pictures[0])
      lead = S || P
      tracks = [S, P].filter(T => T)
      ms.duration = total
      if (started) tracks.forEach(enter)
      else ready()
      tick()
    }
  }
  v.controls = 0
  v.onerror = () => {
    const t = v.currentTime
    for (const T of tracks) T.job = T.job && T.job.stop()
    tracks = []
    if (failed) return share()
    failed = 1
    open()
    v.currentTime = t
    v.play().catch(() => 0) // a second error stops it again
  }
  open()
  v.ontimeupdate = tick
  v.onseeking = () => {
    const t = v.currentTime
    late = 0
    if (started) {
      for (const T of tracks) {
        if (end(T, t) <= t && !(T.job && T.job.first <= t + 0.02 && T.job.last > t)) {
          cut(T)
          enter(T)
        }
      }
      tick()
    }
  }
  v.onwaiting = () =>
    setTimeout(() => {
      if (v.readyState > 2 || v.paused) return
      late = 1
      if (!box.dataset.link) say('wait')
      if (tracks.every(T => end(T, v.currentTime) > v.currentTime + 1)) v.currentTime += 0.01 // what is here, and not seen
      tick()
    }, 1500)
  v.onplaying = () => {
    if (box.dataset.link == 'wait') say('')
  }
  for (const b of buttons) {
    b.disabled = 0
    b.onclick = () => choose(b.dataset.quality)
  }
})()

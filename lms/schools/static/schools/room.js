// A room tests itself in the morning and in the break before each lesson, and shows only what is red.
// All that can be red stands in the page, with what to do; without this script it is a list to look through by hand.
(() => {
  const $ = (selector, from = document) => from.querySelector(selector)
  const main = $('[data-room]')
  const state = $('[data-state]')
  const reds = [...document.querySelectorAll('[data-red]')]
  const BREAK_MS = 8 * 60e3
  const LATE_MS = 400
  const PICTURE_KBPS = 500 // what meeting programs need for a small picture and the voice
  const MEASURE_MS = 6e3
  const HEARD_DB = 12 // the tone above its neighbours
  const TONE_HZ = 1000
  const sleep = ms => new Promise(done => setTimeout(done, ms))
  const timed = async (work, ms) => {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), ms)
    try {
      return await work(abort.signal)
    } finally {
      clearTimeout(timer)
    }
  }

  // Each check tells what is red: [[name, number], ...].
  const link = async () => {
    const took = []
    for (let at = 0; at < 5; at++) {
      const began = performance.now()
      try {
        const answer = await timed(signal => fetch('/health/live', { cache: 'no-store', signal }), MEASURE_MS)
        if ((await answer.json()).status != 'live') throw new TypeError('a portal')
        took.push(performance.now() - began)
      } catch {
        return [['link']]
      }
    }
    const median = Math.round(took.sort((a, b) => a - b)[2])
    return [...(median > LATE_MS ? [['latency', median]] : []), ...(await down()), ...(await up())]
  }
  const short = (name, bytes, began) => {
    const kbps = Math.round((bytes * 8) / Math.max(1, performance.now() - began))
    return kbps < PICTURE_KBPS ? [[name, kbps]] : []
  }
  const down = async () => {
    const began = performance.now()
    let came = 0
    await timed(async signal => {
      const reader = (await fetch(main.dataset.probe, { cache: 'no-store', signal })).body.getReader()
      for (let part; (part = (await reader.read()).value); ) came += part.length
    }, MEASURE_MS).catch(() => 0) // what came so far tells enough
    return short('down', came, began)
  }
  const up = async () => {
    const began = performance.now()
    const headers = { 'X-CSRFToken': $('[name=csrfmiddlewaretoken]').value, 'Content-Type': 'application/octet-stream' }
    const body = crypto.getRandomValues(new Uint8Array(60000))
    try {
      const sent = await timed(signal => fetch(main.dataset.probe, { method: 'POST', headers, body, signal }), MEASURE_MS)
      return short('up', sent.ok ? body.length : 0, began)
    } catch {
      return short('up', 0, began)
    }
  }

  const open = async what => {
    try {
      return await navigator.mediaDevices.getUserMedia(what)
    } catch (error) {
      return error.name
    }
  }
  const close = stream => stream.getTracks().forEach(track => track.stop())
  const bright = async stream => {
    const video = document.createElement('video')
    video.muted = true
    video.srcObject = stream
    await video.play()
    await sleep(500) // cameras open dark
    const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 24 })
    const brush = canvas.getContext('2d')
    brush.drawImage(video, 0, 0, 32, 24)
    const { data } = brush.getImageData(0, 0, 32, 24)
    return data.some((value, at) => at % 4 < 3 && value > 24)
  }
  const camera = async () => {
    const stream = await open({ video: true })
    if (stream == 'NotAllowedError') return [['denied']]
    if (typeof stream == 'string') return [['camera']]
    const sees = await bright(stream).catch(() => false)
    close(stream)
    return sees ? [] : [['camera']]
  }
  // A tone goes out of the loudspeaker and should come in by the microphone.
  const sound = async () => {
    const stream = await open({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } })
    if (stream == 'NotAllowedError') return [['denied']]
    if (typeof stream == 'string') return [['microphone']]
    const context = new AudioContext()
    await Promise.race([context.resume(), sleep(1000)]) // without a tap a browser may wait for one
    const ear = context.createAnalyser()
    ear.fftSize = 4096
    context.createMediaStreamSource(stream).connect(ear)
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = TONE_HZ
    volume.gain.value = 0.3
    tone.connect(volume).connect(context.destination)
    tone.start()
    const bins = new Float32Array(ear.frequencyBinCount)
    const at = Math.round((TONE_HZ * ear.fftSize) / context.sampleRate)
    let best = -Infinity
    for (let tries = 0; tries < 10 && best < HEARD_DB; tries++) {
      await sleep(150)
      ear.getFloatFrequencyData(bins)
      const beside = [...bins.slice(at - 40, at - 10), ...bins.slice(at + 10, at + 40)].sort((a, b) => a - b)
      const above = Math.max(...bins.slice(at - 2, at + 3)) - beside[30]
      if (above > best) best = above // of perfect silence nothing can be said
    }
    tone.stop()
    close(stream)
    await context.close()
    return best >= HEARD_DB ? [] : [['sound']]
  }
  const missing = async () => {
    const rows = [...document.querySelectorAll('[data-needs]')]
    const here = await Promise.all(rows.map(row => caches.match(`/kept/whole/${row.dataset.needs}`, { cacheName: 'kept' }).catch(() => 0)))
    return rows.filter((_row, at) => !here[at])
  }
  const material = async () => {
    const times = (await missing()).map(row => $('b', row).textContent)
    return times.length ? [['material', times.join(', ')]] : []
  }

  // What is shown in the next lessons comes onto this device; what keeps lessons everywhere keeps them here too.
  const keeping = () =>
    new Promise((done, fail) => {
      if (typeof Keep == 'object') return done()
      const script = document.createElement('script')
      Object.assign(script, { src: main.dataset.script, onload: done, onerror: fail })
      document.body.append(script)
    })
  const fetchAll = async () => {
    try {
      await keeping()
      navigator.storage?.persist?.()
      const share = !(window.MediaSource && MediaSource.isTypeSupported('video/mp4; codecs="av01.0.01M.08"'))
      const { signal } = new AbortController()
      let came = 0
      const tell = (what, bytes) => {
        came += bytes
        state.textContent = state.dataset.fetching.replace('{n}', (came / 1e6).toFixed(1))
      }
      for (const row of await missing()) {
        const url = row.dataset.from
        const page = new DOMParser().parseFromString(await (await Keep.ask(url)).text(), 'text/html')
        if ($('main[data-lesson]', page)) await Keep.keep({ page, url, share, signal, tell })
      }
    } catch {
      // no link, or no room: the test says what is not here
    }
  }

  const show = (found, text) => {
    for (const one of reds) {
      const red = found.find(([name]) => name == one.dataset.red)
      one.hidden = !red
      const number = $('[data-n]', one)
      if (red && number) number.textContent = number.dataset.n.replace('{n}', red[1])
    }
    state.hidden = false
    state.textContent = text
    state.classList.toggle('bad', found.length > 0)
  }
  let testing
  const test = async () => {
    if (testing) return
    testing = true
    show([], state.dataset.testing)
    try {
      const found = [...(await link()), ...(await camera()), ...(await sound()), ...(await material())]
      const clock = new Date().toTimeString().slice(0, 5)
      show(found, `${found.length ? state.dataset.ill : state.dataset.well} ${state.dataset.when.replace('{at}', clock)}`)
    } finally {
      testing = false
    }
  }
  // What the page knows of the days to come, anew each time: it stays open for weeks.
  const renew = async () => {
    try {
      const answer = await fetch(location.href, { cache: 'no-store' })
      if (!answer.ok || answer.redirected) return
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      for (const part of ['[data-following]', '[name=csrfmiddlewaretoken]']) $(part).replaceWith($(part, page))
      main.dataset.times = $('[data-room]', page).dataset.times
    } catch {
      // no link: the test says so
    }
  }
  let last = Date.now()
  const watch = async () => {
    const now = Date.now()
    const starts = [...document.querySelectorAll('[data-starts]')].map(row => row.dataset.starts * 1000 - BREAK_MS)
    const mornings = main.dataset.times.trim().split(' ').map(at => at * 1000)
    const due = [...starts, ...mornings].some(at => last < at && at <= now)
    last = now
    if (!due) return
    await renew()
    await fetchAll()
    await test()
  }

  const button = $('[data-test]')
  button.hidden = false
  button.onclick = test
  const fetching = $('[data-fetch]')
  fetching.hidden = false
  fetching.onclick = async () => {
    fetching.disabled = true
    await fetchAll()
    fetching.disabled = false
    await test()
  }
  setInterval(watch, 20e3)
  test()
})()

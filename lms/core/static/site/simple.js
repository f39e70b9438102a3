// Reads the tiles aloud: by the phone's own voice for the page's language, else by a recording.
(() => {
  const voice = self.speechSynthesis
  const { lang } = document.documentElement
  const speaks = () => voice?.getVoices().find((one) => one.lang.slice(0, 2) == lang.slice(0, 2))
  const heard = new Audio()
  const read = ({ say, recorded }) => {
    voice?.cancel()
    heard.pause()
    if (!speaks()) {
      heard.src = recorded
      heard.play().catch(() => 0) // a tap on another one, or no link: it may be tapped again
      return
    }
    const words = new SpeechSynthesisUtterance(say)
    words.lang = lang
    words.voice = speaks()
    words.rate = 0.9
    voice.speak(words)
  }
  const show = () => {
    for (const button of document.querySelectorAll('[data-say]')) {
      button.hidden = !speaks() && !button.dataset.recorded
      button.onclick = () => read(button.dataset)
    }
  }
  show()
  if (voice) voice.onvoiceschanged = show
})()

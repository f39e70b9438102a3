// Reads the tiles aloud where the phone has a voice for the page's language.
(() => {
  const voice = self.speechSynthesis
  const { lang } = document.documentElement
  const speaks = () => voice.getVoices().find((one) => one.lang.slice(0, 2) == lang.slice(0, 2))
  const show = () => {
    for (const button of document.querySelectorAll('[data-say]')) {
      button.hidden = !speaks()
      button.onclick = () => {
        voice.cancel()
        const words = new SpeechSynthesisUtterance(button.dataset.say)
        words.lang = lang
        words.voice = speaks()
        words.rate = 0.9
        voice.speak(words)
      }
    }
  }
  if (!voice) return
  show()
  voice.onvoiceschanged = show
})()

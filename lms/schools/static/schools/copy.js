// Texts that are made to be pasted elsewhere: without a clipboard they are selected, to be copied by hand.
for (const button of document.querySelectorAll('[data-copy]')) {
  const text = button.parentNode.querySelector('textarea')
  const copied = button.parentNode.querySelector('[data-copied]')
  button.hidden = false
  button.onclick = async () => {
    text.select()
    try {
      await navigator.clipboard.writeText(text.value)
    } catch {
      if (!document.execCommand('copy')) return
    }
    copied.hidden = false
  }
}

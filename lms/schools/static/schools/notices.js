// Copies a notice's text where the browser may; without it the text is selected and copied by hand.
for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break
  button.hidden = false
  button.onclick = async () => {
    const text = button.parentElement.querySelector('textarea')
    await navigator.clipboard.writeText(text.value).catch(() => text.select())
  }
}

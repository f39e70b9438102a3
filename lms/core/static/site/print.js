// The button of pages that are made to be printed.
(() => {
  const button = document.querySelector('[data-print]')
  button.hidden = false
  button.onclick = () => print()
})()

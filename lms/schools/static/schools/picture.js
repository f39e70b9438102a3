// A week as PNG: drawn from the server's SVG with the phone's own type, to be sent on or saved. Without it: the SVG.
for (const link of document.querySelectorAll('[data-picture]')) {
  link.onclick = async event => {
    event.preventDefault()
    try {
      const picture = new Image()
      picture.src = link.href
      await picture.decode()
      const canvas = document.createElement('canvas')
      canvas.width = picture.naturalWidth
      canvas.height = picture.naturalHeight
      canvas.getContext('2d').drawImage(picture, 0, 0)
      const blob = await new Promise(done => canvas.toBlob(done, 'image/png'))
      const file = new File([blob], 'week.png', { type: 'image/png' })
      if (matchMedia('(pointer: coarse)').matches && navigator.canShare?.({ files: [file] })) {
        await navigator.share({ files: [file] })
        return
      }
      const save = document.createElement('a')
      save.href = URL.createObjectURL(blob)
      save.download = file.name
      save.click()
      setTimeout(() => URL.revokeObjectURL(save.href), 60000)
    } catch (error) {
      if (error.name !== 'AbortError') location = link.href
    }
  }
}

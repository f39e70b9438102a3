// A lesson is dragged to another time: what is in the way of each time of the week is shown while it is held.
// The same is done by the lesson's own page ("Move it"), with a keyboard and without this script.
(() => {
  const board = document.querySelector('.week[data-day]')
  const token = document.querySelector('[data-move-token] input')
  if (!board || !token) return
  let held

  const slots = async lesson => {
    const answer = await fetch(`${lesson.dataset.move}?as=json&day=${board.dataset.day}`)
    if (!answer.ok || held !== lesson) return
    const { days } = await answer.json()
    if (held !== lesson) return
    for (const [day, times] of Object.entries(days)) {
      const section = board.querySelector(`[data-date="${day}"]`)
      if (!section) continue
      const list = document.createElement('div')
      list.className = 'drops'
      for (const time of times) list.append(drop(lesson, time))
      section.append(list)
    }
  }

  const drop = (lesson, time) => {
    const place = document.createElement('p')
    const barred = time.barriers.length > 0
    place.className = barred ? 'drop barred' : 'drop'
    place.textContent = barred ? `${time.at} ${time.barriers.join(' · ')}` : time.at
    if (barred) return place
    place.ondragover = event => event.preventDefault()
    place.ondragenter = () => place.classList.add('over')
    place.ondragleave = () => place.classList.remove('over')
    place.ondrop = event => {
      event.preventDefault()
      const form = document.createElement('form')
      form.method = 'post'
      form.action = lesson.dataset.move
      form.append(token.cloneNode())
      const to = document.createElement('input')
      to.name = 'to'
      to.value = time.to
      form.append(to)
      form.hidden = true
      document.body.append(form)
      form.submit()
    }
    return place
  }

  for (const lesson of board.querySelectorAll('[data-move]')) {
    lesson.draggable = true
    lesson.ondragstart = event => {
      held = lesson
      event.dataTransfer.effectAllowed = 'move'
      event.dataTransfer.setData('text/plain', '')
      setTimeout(() => board.classList.add('holding'))
      slots(lesson)
    }
    lesson.ondragend = () => {
      held = null
      board.classList.remove('holding')
      for (const list of board.querySelectorAll('.drops')) list.remove()
    }
  }
})()

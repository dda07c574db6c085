/* What is wrong with the page that is open: asked by test_pages.py, answered as lists of words. */
() => {
  // A button that only Enter presses is there for nobody's eyes and fingers.
  const seen = e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0
    && !e.closest('button.visually-hidden[aria-hidden=true]')
  const name = e => (e.getAttribute('aria-label') || e.innerText || e.value || '').trim()
  const about = e => `<${e.tagName.toLowerCase()}> ${name(e) || e.outerHTML.slice(0, 80)}`
  const all = selector => [...document.querySelectorAll(selector)].filter(seen)
  // A link inside a sentence is as high as its line; WCAG 2.5.8 leaves it out, and so do we.
  const inSentence = e => e.parentElement.matches('p, li, dd, small')
    && [...e.parentElement.childNodes].some(n => n.nodeType === 3 && n.data.trim().length > 1)
  const target = e => e.closest('label') || (e.id && document.querySelector(`label.choice[for="${e.id}"]`)) || e
  const low = e => {
    const pseudo = getComputedStyle(e, '::after')
    const whole = pseudo.position === 'absolute' && pseudo.content !== 'none' ? e.closest('li, .next-scene') : null
    return Math.round((whole || target(e)).getBoundingClientRect().height) < 44
  }
  const controls = all('a[href], button, input:not([type=hidden]), select, textarea, summary')
  const fields = all('input:not([type=hidden]), select, textarea')
  const light = color => {
    const [r, g, b] = color.match(/[\d.]+/g).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = e => {
    for (let at = e; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor
      if (!/, 0\)$|transparent/.test(color)) return color
    }
    return getComputedStyle(document.body).backgroundColor
  }
  const pale = e => {
    const [one, other] = [light(getComputedStyle(e).color), light(behind(e))].sort((a, b) => b - a)
    return (one + 0.05) / (other + 0.05) < 4.5
  }
  const words = all('main *, header *, footer *').filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  return {
    title: document.title,
    lang: document.documentElement.lang,
    headings: all('h1').length,
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    low: controls.filter(e => !inSentence(e) && low(e)).map(about),
    nameless: controls.filter(e => !fields.includes(e) && !name(e)).map(about),
    unlabelled: fields.filter(e => !(e.labels && e.labels.length) && !e.getAttribute('aria-label')).map(about),
    pictures: [...document.querySelectorAll('img:not([alt]), svg:not([aria-hidden=true]):not([role=img])')].map(about),
    twice: [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, ids) => ids.indexOf(id) !== i),
    pale: [...new Set(words.filter(pale).map(about))],
  }
}

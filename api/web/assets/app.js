// What makes the pages quicker; every page works without it. Search: answers while one types, and goes on at the end of
// the list. Import: takes files that are dropped, and follows progress.
'use strict';

const $ = (selector, root = document) => root.querySelector(selector);

async function fetchPage(url, signal) {
  const answer = await fetch(url, { signal, credentials: 'same-origin' });
  if (answer.status === 401) location.reload(); // the session has ended: the server leads to the log-in
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

// Search.
const form = $('#search');
if (form) {
  document.documentElement.classList.add('scripted');
  const filters = $('.filters');
  if (matchMedia('(max-width: 800px)').matches) filters.open = false;
  let running = null;
  let timer = 0;

  // The address of the form: what is blank or the default is not in it.
  const address = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value.trim() && !(name === 'sort' && form.elements.sort.selectedIndex === 0)) query.append(name, value.trim());
    }
    const text = query.toString();
    return '/search' + (text ? '?' + text : '');
  };

  const take = (page) => {
    const focus = document.activeElement;
    const named = (d) => $('summary', d).textContent;
    const open = new Map([...document.querySelectorAll('#facets details')].map((d) => [named(d), d.open]));
    $('#facets').replaceWith($('#facets', page));
    document.querySelectorAll('#facets details').forEach((d) => { if (open.has(named(d))) d.open = open.get(named(d)); });
    $('#results').replaceWith($('#results', page));
    $('#saved').replaceWith($('#saved', page));
    document.title = page.title;
    if (focus && focus.name && !focus.isConnected) {
      const same = [...form.elements].find((e) => e.name === focus.name && (e.type !== 'checkbox' || e.value === focus.value));
      if (same) same.focus({ preventScroll: true });
    }
    watch();
  };

  const update = async (url, push) => {
    if (running) running.abort();
    running = new AbortController();
    const mine = running;
    $('#results').setAttribute('aria-busy', 'true');
    try {
      const page = await fetchPage(url, mine.signal);
      if (mine !== running) return;
      if (!$('#results', page)) { location.assign(url); return; }
      history[push ? 'pushState' : 'replaceState']({}, '', url);
      take(page);
    } catch (error) {
      if (error.name !== 'AbortError') location.assign(url);
    }
  };

  form.addEventListener('input', (event) => {
    if (event.target.form !== form) return; // the name of a search to keep
    clearTimeout(timer);
    timer = setTimeout(() => update(address(), event.target.name !== 'match'), event.target.type === 'search' ? 120 : 0);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(timer);
    update(address(), true);
  });
  form.addEventListener('click', (event) => {
    const link = event.target.closest('.chip, .clear');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    form.elements.match.value = new URL(link.href).searchParams.get('match') || '';
    update(link.href, true);
  });
  addEventListener('popstate', () => location.reload());

  // The list goes on when its end comes near; where the reader was is found again on the way back.
  let seen = null;
  const more = async () => {
    const next = $('#next');
    if (!next || next.dataset.loading) return;
    next.dataset.loading = 'true';
    const page = await fetchPage(next.href);
    if (!next.isConnected) return;
    $('.hits').append(...page.querySelectorAll('.hits > .hit'));
    const following = $('#next', page);
    if (following) next.replaceWith(following); else next.closest('.next').remove();
    watch();
  };
  const watch = () => {
    if (seen) seen.disconnect();
    const next = $('#next');
    if (!next) return;
    seen = new IntersectionObserver((entries) => { if (entries.some((e) => e.isIntersecting)) more(); }, { rootMargin: '800px' });
    seen.observe(next);
  };
  addEventListener('pagehide', () => {
    history.replaceState({ hits: document.querySelectorAll('.hit').length, y: scrollY }, '');
  });
  (async () => {
    const state = history.state;
    if (state && state.hits > document.querySelectorAll('.hit').length) {
      history.scrollRestoration = 'manual';
      while ($('#next') && document.querySelectorAll('.hit').length < state.hits) await more();
      scrollTo(0, state.y);
    }
    watch();
  })();
}

// Import: a file may be dropped anywhere on the page.
const zone = $('.dropzone');
if (zone) {
  const input = $('input[type=file]', zone);
  addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
  addEventListener('dragleave', () => zone.classList.remove('over'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      zone.requestSubmit();
    }
  });
}

// The columns of a file: the first rows show at once what another choice makes of them.
const mapping = $('.mapping');
if (mapping) {
  mapping.addEventListener('change', async () => {
    const body = new URLSearchParams(new FormData(mapping));
    body.set('do', 'look');
    const answer = await fetch(mapping.action, { method: 'POST', body, credentials: 'same-origin' });
    const sample = $('#sample', new DOMParser().parseFromString(await answer.text(), 'text/html'));
    if (sample) $('#sample').replaceWith(sample);
  });
}

// Progress: the server tells it until nothing runs.
const progress = $('#progress[data-running]');
if (progress) {
  $('.unscripted', progress).hidden = true;
  const events = new EventSource(location.pathname + '/events');
  events.addEventListener('progress', (event) => { $('[role=status]', progress).textContent = event.data; });
  events.addEventListener('end', () => { events.close(); location.reload(); });
  addEventListener('pagehide', () => events.close());
}

// A panel that is open closes with Escape.
addEventListener('keydown', (event) => {
  const open = event.key === 'Escape' && $('.drop[open]');
  if (open) { open.open = false; $('summary', open).focus(); }
});

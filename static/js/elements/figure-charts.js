// <figure-charts>: the last hour as three charts on one axis of time. The tables below them hold the same numbers, so that the
// page is whole without a script; the library is loaded here and nowhere else.

import { locale } from "../words.js";

const FIGURES = "/api/v1/admin/figures";
const REFRESH_MS = 10_000;
const HEIGHT = 160;
/** What is drawn: the title's attribute, and the fields with the style of their lines. */
const CHARTS = [
  ["connections", [["connections", "accent"]]],
  ["messages", [["messages", "accent"]]],
  ["delivery", [["delivery_p50_ms", "quiet"], ["delivery_p99_ms", "accent"]]],
];

const vendor = new URL("../../vendor/uplot@1.6.32/", import.meta.url);

class FigureCharts extends HTMLElement {
  #charts = [];
  #timer = 0;
  #ended = new AbortController();

  async connectedCallback() {
    try {
      const [{ default: Plot }] = await Promise.all([import(new URL("uPlot.esm.js", vendor)), style()]);
      const { hour } = await figures(this.#ended.signal);
      if (this.#ended.signal.aborted) return;
      this.hidden = false;
      this.#show(Plot, hour);
      const again = () => this.#show(Plot, this.hour);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again, { signal: this.#ended.signal });
      window.addEventListener("resize", () => this.#resize(), { signal: this.#ended.signal });
      this.#timer = setInterval(() => this.#refresh(Plot), REFRESH_MS);
    } catch {
      this.hidden = true; // the tables say the same
    }
  }

  disconnectedCallback() {
    this.#ended.abort();
    clearInterval(this.#timer);
    for (const chart of this.#charts) chart.destroy();
  }

  /** One figure is no line: until there are two, a sentence says that they come. */
  #show(Plot, hour) {
    for (const chart of this.#charts) chart.destroy();
    this.#charts = [];
    this.replaceChildren();
    this.hour = hour;
    if (hour.length > 1) {
      this.#draw(Plot, hour);
      return;
    }
    const soon = document.createElement("p");
    soon.className = "quiet";
    soon.textContent = this.dataset.soon;
    this.append(soon);
  }

  #draw(Plot, hour) {
    this.#charts = CHARTS.map(([name, lines]) => {
      const figure = document.createElement("figure");
      const title = document.createElement("figcaption");
      title.className = "charts__title";
      title.textContent = this.dataset[name];
      figure.className = "charts__one";
      figure.append(title);
      this.append(figure);
      const chart = new Plot(options(figure, lines), series(hour, lines), figure);
      chart.root.setAttribute("aria-hidden", "true");
      return chart;
    });
  }

  #resize() {
    for (const chart of this.#charts) chart.setSize({ width: chart.root.parentElement.clientWidth, height: HEIGHT });
  }

  async #refresh(Plot) {
    if (document.hidden) return;
    try {
      const { hour } = await figures(this.#ended.signal);
      if (this.#charts.length === 0) {
        this.#show(Plot, hour);
        return;
      }
      this.hour = hour;
      this.#charts.forEach((chart, place) => chart.setData(series(hour, CHARTS[place][1])));
    } catch {
      // the next one may come
    }
  }
}

async function figures(signal) {
  const answer = await fetch(FIGURES, { headers: { accept: "application/json" }, signal });
  if (!answer.ok) throw new Error(`figures: ${answer.status}`);
  return answer.json();
}

/** The styles of the library, once. */
function style() {
  const href = new URL("uPlot.min.css", vendor).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  return new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
}

function series(hour, lines) {
  return [hour.map(({ at }) => Date.parse(at) / 1000), ...lines.map(([field]) => hour.map((sample) => sample[field]))];
}

function options(figure, lines) {
  const colours = { accent: colour(figure, "accent"), quiet: colour(figure, "quiet"), line: colour(figure, "line") };
  const axis = { stroke: colours.quiet, grid: { stroke: colours.line, width: 1 }, ticks: { stroke: colours.line, width: 1 }, font: `12px ${getComputedStyle(figure).fontFamily}` };
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return {
    width: figure.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, low, high) => [0, Math.max(high * 1.1, 1)] } },
    axes: [
      // Whole minutes: below them every mark would say the same.
      { ...axis, incrs: [60, 300, 600, 900, 1800], values: (_, ticks) => ticks.map((tick) => time.format(tick * 1000)) },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => number.format(tick)) },
    ],
    series: [{}, ...lines.map(([, tone]) => ({ stroke: colours[tone], width: 1.5, points: { show: false } }))],
  };
}

/** A role token as the canvas wants it: the browser works it out for an element. */
function colour(figure, tone) {
  const probe = document.createElement("span");
  probe.className = `charts__tone charts__tone--${tone}`;
  figure.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

customElements.define("figure-charts", FigureCharts);

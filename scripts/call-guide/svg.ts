/** What all drawings share: their style, and how text gets into them. */

/** Own ground, so that it is readable on any page; dark where the reader's system is. */
export const style = `
svg{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
.bg{fill:#f4f7fa}.card{fill:#fff;stroke:#d5dde6}
text{fill:#1c2733}.h{font-weight:600;text-anchor:middle}.s{font-size:10.5px;fill:#5b6b7f;text-anchor:middle}
.e{text-anchor:middle;font-size:10.5px;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
.w{font-size:10.5px;fill:#5b6b7f;paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}
.n,.p{fill:#5b6b7f}.p{font-style:italic}.t{font-weight:600}
.g{stroke:#b9c4d0;stroke-dasharray:1 4}.c{stroke:#1c2733;stroke-width:2}.m{fill:#1c2733}
.dials{fill:#a3b0bf}.rings{fill:#e3a33b}.talks{fill:#2a9d8a}.holds{fill:#9a77cf}.waits{fill:#7ea6dd}.machine{fill:#8794a3}
@media (prefers-color-scheme:dark){
.bg{fill:#0f151c}.card{fill:#18212b;stroke:#2c3947}
text{fill:#e4ebf2}.s,.w,.n,.p{fill:#9aa8b7}.e,.w{stroke:#18212b}
.g{stroke:#46566a}.c{stroke:#e4ebf2}.m{fill:#e4ebf2}
.dials{fill:#607083}
}`.replaceAll('\n', '');

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML has no place for is left out. */
export const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (found) => entities[found] ?? found);

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** No longer than so many characters, as a reader counts them. */
export function clipped(text: string, most: number): string {
  const characters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** Pixels, as short as they can be written. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

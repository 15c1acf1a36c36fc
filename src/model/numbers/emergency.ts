/** Where a country has numbers of its own. 112 is what every mobile network takes, and most of Europe's only one. */
const byCountry: Readonly<Record<string, readonly string[]>> = {
  US: ['911', '933'],
  CA: ['911'],
  MX: ['911'],
  GB: ['999', '112'],
  IE: ['999', '112'],
  AU: ['000', '112'],
  NZ: ['111'],
  JP: ['110', '119', '118'],
  CN: ['110', '119', '120'],
  KR: ['112', '119'],
  IN: ['112', '100', '101', '102'],
  BR: ['190', '192', '193'],
  ZA: ['10111', '10177', '112'],
  CH: ['112', '117', '118', '144'],
  AT: ['112', '122', '133', '144'],
  DE: ['112', '110'],
  FR: ['112', '15', '17', '18'],
  IT: ['112', '113', '115', '118'],
  RU: ['112', '101', '102', '103'],
  UA: ['112', '101', '102', '103'],
  HK: ['999', '112'],
  SG: ['999', '995'],
};
const elsewhere: readonly string[] = ['112', '911'];

export function emergencyNumbersOf(country: string): ReadonlySet<string> {
  return new Set(Object.hasOwn(byCountry, country) ? byCountry[country] : elsewhere);
}

/**
 * Emergency numbers by country: those that people are taught to dial for police, fire and ambulance, and in the US the one
 * that tests a line for it (933). Where a country has 112 beside its own, both stand here.
 */
const byCountry: Readonly<Record<string, string>> = {
  AE: '112 997 998 999',
  AR: '911 100 101 107',
  AT: '112 122 133 144',
  AU: '000 112',
  BD: '999',
  BE: '112 100 101',
  BG: '112',
  BR: '190 192 193',
  BY: '101 102 103 112',
  CA: '911',
  CH: '112 117 118 144',
  CL: '131 132 133',
  CN: '110 119 120',
  CO: '123 112',
  CZ: '112 150 155 158',
  DE: '112 110',
  DK: '112',
  EE: '112',
  EG: '122 123 180',
  ES: '112 061 062 080 085 091 092',
  FI: '112',
  FR: '112 15 17 18 114',
  GB: '999 112',
  GR: '112 100 166 199',
  HK: '999 112',
  HR: '112 192 193 194',
  HU: '112 104 105 107',
  ID: '112 110 118 119',
  IE: '999 112',
  IL: '100 101 102 112',
  IN: '112 100 101 102',
  IS: '112',
  IT: '112 113 115 118',
  JP: '110 119 118',
  KE: '999 112',
  KR: '112 119',
  KZ: '112 101 102 103',
  LK: '119 110',
  LT: '112',
  LU: '112 113',
  LV: '112',
  MX: '911',
  MY: '999 112',
  NG: '112 199',
  NL: '112',
  NO: '110 112 113',
  NZ: '111',
  PE: '105 106 116',
  PH: '911',
  PK: '15 16 115 1122',
  PL: '112 997 998 999',
  PT: '112',
  RO: '112',
  RS: '112 192 193 194',
  RU: '112 101 102 103',
  SA: '911 997 998 999',
  SE: '112',
  SG: '999 995',
  SI: '112 113',
  SK: '112 150 155 158',
  TH: '191 199 1669',
  TR: '112 110 155 156',
  TW: '110 119 112',
  UA: '112 101 102 103',
  US: '911 933',
  VE: '911 171',
  VN: '113 114 115',
  ZA: '10111 10177 112',
};

/** Tells who dials it where the line is thought to be (US). */
const lineTest = '933';

/** What every mobile phone takes for one, wherever it is (3GPP TS 22.101, 10.1.1), and so gateways and carriers do. */
const everywhere: readonly string[] = ['112', '911'];

const listed = (country: string): readonly string[] =>
  Object.hasOwn(byCountry, country) ? (byCountry[country]?.split(' ') ?? []) : everywhere;

/** Those that a call in that country is known for; of a country that is not listed, those that are so everywhere. */
export const emergencyNumbersOf = (country: string): ReadonlySet<string> => new Set(listed(country));

/** Those that may reach an emergency service from a line in that country. */
export const emergencyNumbersIn = (country: string): ReadonlySet<string> =>
  new Set([...listed(country), ...everywhere]);

/** Of these the ones that lead to people: not the one that tests a line. */
export const emergencyServicesIn = (country: string): ReadonlySet<string> =>
  new Set([...emergencyNumbersIn(country)].filter((number) => number !== lineTest));

/** Those of any country. */
export const emergencyNumbersAnywhere = (): ReadonlySet<string> =>
  new Set([...Object.keys(byCountry).flatMap(listed), ...everywhere]);

/**
 * Numbers outside that begin with an emergency number and go on: `9115551234`. A line that hears one digit after the other
 * connects 911, and drops the rest. So a number that begins like that, as it stands or behind what leads outside, is an
 * emergency number unless it is somebody's in full: `9115551234` in India, a mobile phone there, but not in the US, where no
 * number begins with 911, nor one behind a 9 with 11.
 *
 * Only emergency numbers of the own country count, and those that are ones everywhere; one of another country is nothing to
 * a line here that has not been led abroad. One that begins with `+` is sent as a whole, and begins with a country.
 */
import { emergencyServicesIn, isDialledInFull } from '../model/numbers/index.ts';

/** @param ways what may lead outside; it stands before the number. */
export function createBeginningGuard(country: string, ways: readonly string[]): (number: string) => boolean {
  const services = [...emergencyServicesIn(country)];
  return (number) => {
    const dialled = [number, ...ways.flatMap((way) => (number.startsWith(way) ? [number.slice(way.length)] : []))];
    const begins = dialled.some((digits) => services.some((service) => digits.startsWith(service)));
    return begins && !dialled.some((digits) => isDialledInFull(digits, country));
  };
}

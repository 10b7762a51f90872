/** The process that only works off what is due; start as many as are needed. */
import { readConfig } from './config.ts';
import { openHouse, type House } from './house.ts';
import { onStopSignal, startSentence } from './process.ts';

export async function main(): Promise<void> {
  let house: House | undefined;
  try {
    house = await openHouse(readConfig(process.env));
    await house.startWork();
    house.log.info('working');
    onStopSignal(house.log, [() => house?.close()]);
  } catch (error) {
    await house?.close();
    process.stderr.write(`${startSentence(error, null)}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();

import { syncBuiltinESMExports } from 'node:module';
import { installChance } from './chance.ts';

// In a thread of the server everything takes no time at all: no slice of work is ever cut short by its budget of milliseconds.
performance.now = () => 1;
installChance();
syncBuiltinESMExports();

import { Fact, Facts } from '../ui/Facts.tsx';
import { Failure } from '../ui/Failure.tsx';
import { Loading } from '../ui/Loading.tsx';
import { Nothing } from '../ui/Nothing.tsx';
import { ignore, refusal, type State } from './state.ts';

const facts = (
  <>
    <Fact label="System">Debian 13</Fact>
    <Fact label="Running for">12 d 4 h</Fact>
    <Fact label="Last report">8 s ago</Fact>
  </>
);

export const said: readonly State[] = [
  { id: 'empty/plain', draw: () => <Nothing>No machine has reported yet.</Nothing> },
  {
    id: 'empty/action',
    draw: () => <Nothing action={{ word: 'Clear the filters', run: ignore }}>No machine matches.</Nothing>,
  },
  { id: 'error/plain', draw: () => <Failure sentence={refusal} /> },
  { id: 'error/again', draw: () => <Failure sentence="The server cannot be reached." again={ignore} /> },
  { id: 'loading/plain', draw: () => <Loading /> },
  { id: 'facts/below', draw: () => <Facts>{facts}</Facts> },
  { id: 'facts/across', draw: () => <Facts across>{facts}</Facts> },
];

import fc from 'fast-check';
import t from 'tap';
import { type Contestant, Contests } from '../../../../server/edge/gateway/contests.ts';
import { holds } from '../../../support/property.ts';

/** A link as the server has it, and as its agent has it. */
class End implements Contestant {
  isOpenAtAgent = true;
  /** Asked, not yet read by the agent; and answered, not yet read by the server. */
  readonly asked: (() => void)[] = [];
  readonly answered: (() => void)[] = [];

  askAlive(onAnswer: () => void): void {
    this.asked.push(onAnswer);
  }

  /** The agent reads; what reaches a socket that it has closed, it never sees. */
  read(): void {
    const questions = this.asked.splice(0);
    if (this.isOpenAtAgent) this.answered.push(...questions);
  }

  arrive(): void {
    for (const answer of this.answered.splice(0)) answer();
  }
}

/** The server's part, as the gateway plays it for one run. */
class Server {
  readonly contests = new Contests<End>();
  readonly proven: End[] = [];
  readonly forked: End[] = [];
  /** Given up, since they did not answer and the other did. */
  readonly failed: End[] = [];
  seated: End | null = null;
  nowMs = 0;

  prove(link: End): void {
    this.proven.push(link);
    if (this.seated === null) this.seated = link;
    else this.contests.begin(this.seated, link, this.nowMs, (forked) => this.forked.push(forked));
  }

  close(link: End): void {
    this.contests.drop(link);
    const waiting = this.contests.drawAgainst(link);
    if (this.seated === link) this.seated = null;
    if (waiting) this.seated = waiting;
  }

  pass(ms: number): void {
    this.nowMs += ms;
    for (const { newcomer, isDead } of this.contests.takeDue(this.nowMs)) {
      if (isDead) this.failed.push(newcomer);
      else this.seated = newcomer;
    }
  }
}

/** One process: it closes its socket before it dials again. */
class Machine {
  link: End | null = null;
  readonly old: End[] = [];

  redial(): End {
    if (this.link) {
      this.link.isOpenAtAgent = false;
      this.old.push(this.link);
    }
    this.link = new End();
    return this.link;
  }
}

type Step = readonly ['redial' | 'read' | 'arrive' | 'close' | 'prove' | 'pass', number];
const step = fc.tuple(
  fc.constantFrom<Step[0]>('redial', 'read', 'arrive', 'close', 'prove', 'pass'),
  fc.nat({ max: 4_000 }),
);

t.test(
  'one machine never proves a fork nor loses its live link, in whatever order its links are made, lost, read and closed',
  (t) => {
    let contested = 0;
    holds(
      t,
      // Of the size it may have: the few steps that arrays have by default seldom make two links that meet.
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const server = new Server();
        const machine = new Machine();
        const unproven: End[] = [];
        const all = () => [...machine.old, ...(machine.link ? [machine.link] : [])];
        for (const [what, n] of steps) {
          const one = all()[n % Math.max(1, all().length)];
          if (what === 'redial') unproven.push(machine.redial());
          // What was sent last may come first: each has a socket of its own.
          else if (what === 'prove')
            for (const link of unproven.splice(n % Math.max(1, unproven.length), 1)) server.prove(link);
          else if (what === 'pass') server.pass(n);
          else if (what === 'read') one?.read();
          else if (what === 'arrive') one?.arrive();
          else if (one && server.proven.includes(one)) server.close(one);
        }
        if (server.proven.length > 1) contested += 1;
        return server.forked.length === 0 && server.failed.every((link) => !link.isOpenAtAgent);
      }),
      { numRuns: 2_000 },
    );
    t.ok(contested > 1_000, 'there were links that met');
    t.end();
  },
);

t.test('two processes of one run are found out whatever happened before, unless the first has gone', (t) => {
  holds(
    t,
    fc.property(fc.nat({ max: 5 }), fc.nat({ max: 2_999 }), fc.boolean(), (reconnects, lateMs, isFirstFirst) => {
      const server = new Server();
      const [first, copy] = [new Machine(), new Machine()];
      for (let n = 0; n <= reconnects; n += 1) {
        server.prove(first.redial());
        server.pass(3_000);
      }
      server.prove(copy.redial());
      server.pass(lateMs);
      for (const link of isFirstFirst ? [first.link, copy.link] : [copy.link, first.link]) {
        link?.read();
        link?.arrive();
      }
      return server.forked.length === 1 && server.forked[0] === copy.link && server.seated === first.link;
    }),
  );
  const server = new Server();
  const [first, copy] = [new Machine(), new Machine()];
  server.prove(first.redial());
  server.prove(copy.redial());
  server.pass(2_999);
  t.equal(server.seated, first.link);
  server.pass(1);
  t.equal(server.seated, copy.link, 'a link that does not answer gives way');
  for (const link of [first.link, copy.link]) {
    link?.read();
    link?.arrive();
  }
  t.same(server.forked, [], 'too late');
  t.end();
});

t.test('what is answered to the question of one newcomer says nothing of the next', (t) => {
  const server = new Server();
  const [first, copy] = [new Machine(), new Machine()];
  server.prove(first.redial());
  server.prove(copy.redial());
  first.link?.read();
  // Its answer is on its way when the first itself dials anew.
  const before = first.link;
  server.prove(first.redial());
  before?.arrive();
  t.same(server.forked, []);
  server.pass(3_000);
  t.equal(server.seated, first.link);
  t.end();
});

t.test('of the proofs of two links the older may come last, and then nobody is there who could answer', (t) => {
  const server = new Server();
  const machine = new Machine();
  const [lost, live] = [machine.redial(), machine.redial()];
  server.prove(live);
  server.prove(lost);
  for (const link of [lost, live]) {
    link.read();
    link.arrive();
  }
  t.same(server.forked, []);
  server.pass(3_000);
  t.same(server.failed, [lost]);
  t.equal(server.seated, live, 'the one that answers keeps its seat');
  t.end();
});

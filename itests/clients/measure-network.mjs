// What real clients notice of a bad network: pictures at rising loss, the time to the first picture on each way in, and how long each way
// back takes. `./dev measure network` prints it. Needs root and iptables; what is lost is lost on the loopback, both ways.
// PARTS: some of loss, in, back; SECONDS: of each loss (20); PORT: of the server's media (7882).
import { execFileSync } from 'node:child_process';
import { openBrowser } from './lib/browser.mjs';
import { newRoom } from './lib/server.mjs';

const parts = process.env.PARTS?.split(' ') ?? ['loss', 'in', 'back'];
const seconds = Number(process.env.SECONDS ?? 20);
const port = process.env.PORT ?? '7882';
const FRAMES_PER_SECOND = 30;
const RUNS = 3;
const WITHOUT_UDP = ['force-webrtc-ip-handling-policy', 'webrtc-ip-handling-policy'].map((policy) => `--${policy}=disable_non_proxied_udp`);

if (parts.includes('loss')) await loss();
if (parts.includes('in')) await waysIn();
if (parts.includes('back')) await waysBack();

async function loss() {
  console.log('\nloss both ways   frames/s   longest gap ms  freezes   audio heard   lost   repaired');
  const browser = await openBrowser();
  try {
    for (const percent of [0, 2, 5, 10, 20]) {
      const [ann, bob] = await call(browser);
      const row = await lossy(percent / 100, async () => {
        await pause(3);
        const before = await bob.decoded('ann');
        await bob.gaps();
        await pause(seconds);
        const [after, gaps] = [await bob.decoded('ann'), await bob.gaps()];
        const concealed = await bob.concealed('ann');
        const grown = (name) => after[name] - before[name];
        return [grown('framesDecoded') / seconds, gaps.shown, grown('freezeCount'), `${Math.round(100 * (1 - concealed))} %`, grown('packetsLost'), grown('retransmittedPacketsReceived')];
      });
      console.log(`${String(percent).padStart(12)} % ${row.map((one) => (typeof one === 'number' ? one.toFixed(one < 100 ? 1 : 0) : one).padStart(11)).join('')}`);
      await Promise.all([ann.close(), bob.close()]);
    }
  } finally {
    await browser.close();
  }
}

async function waysIn() {
  console.log('\nway in        connect() to the first picture, ms');
  const ways = {
    'UDP': {},
    'ICE/TCP': { launch: WITHOUT_UDP, servers: '^none' },
    'TURN/UDP': { relay: true, servers: '^turn:.*udp' },
    'TURN/TLS': { relay: true, servers: '^turns:' },
  };
  for (const [name, { launch, ...how }] of Object.entries(ways)) {
    const browser = await openBrowser(launch);
    try {
      const times = [];
      for (let run = 0; run < RUNS; run++) {
        const room = newRoom('way-in');
        const ann = await browser.join(room, 'ann', how);
        await ann.publish({ colour: 'red', framesPerSecond: FRAMES_PER_SECOND });
        const bob = await browser.join(room, 'bob', how);
        times.push(await bob.firstPicture());
        await Promise.all([ann.close(), bob.close()]);
      }
      console.log(`${name.padEnd(14)}${times.map(Math.round).join(', ')}`);
    } finally {
      await browser.close();
    }
  }
}

async function waysBack() {
  console.log('\nway back                     of whom      longest gap between pictures at the other, ms');
  const browser = await openBrowser();
  const ways = {
    'signalling lost, resumed': (one) => one.simulate('signal-reconnect'),
    'full reconnect': (one) => one.simulate('full-reconnect'),
    'ICE over TCP from now on': (one) => one.simulate('force-tcp'),
    'TURN over TLS from now on': (one) => one.simulate('force-tls'),
    'UDP gone for 8 s': () => lossy(1, () => pause(8)),
  };
  try {
    for (const [name, happen] of Object.entries(ways)) {
      for (const whom of ['publisher', 'subscriber']) {
        const gaps = [];
        for (let run = 0; run < RUNS; run++) {
          const [ann, bob] = await call(browser);
          await bob.gaps();
          await happen(whom === 'publisher' ? ann : bob);
          await pause(3);
          await bob.sees('ann', 'red');
          gaps.push((await bob.gaps()).any);
          await Promise.all([ann.close(), bob.close()]);
        }
        console.log(`${name.padEnd(29)}${whom.padEnd(13)}${gaps.map(Math.round).join(', ')}`);
        if (happen.length === 0) break; // it happens to both
      }
    }
  } finally {
    await browser.close();
  }
}

async function call(browser) {
  const room = newRoom('network');
  const [ann, bob] = await Promise.all([browser.join(room, 'ann'), browser.join(room, 'bob')]);
  await ann.publish({ colour: 'red', hertz: 440, width: 640, height: 360, framesPerSecond: FRAMES_PER_SECOND });
  await bob.sees('ann', 'red');
  await bob.hears('ann', 440);
  return [ann, bob];
}

async function lossy(share, during) {
  if (share === 0) return during();
  const rules = ['--dport', '--sport'].map((side) => ['INPUT', '-p', 'udp', side, port, '-m', 'statistic', '--mode', 'random', '--probability', String(share), '-j', 'DROP']);
  const change = (what) => {
    for (const rule of rules) for (const family of ['iptables', 'ip6tables']) execFileSync(family, ['-w', what, ...rule]);
  };
  change('-A');
  try {
    return await during();
  } finally {
    change('-D');
  }
}

function pause(howLong) {
  return new Promise((next) => setTimeout(next, howLong * 1000));
}

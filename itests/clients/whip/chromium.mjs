// A WHIP client (RFC 9725) in a page: three layers of a picture and a tone, candidates by PATCH after the offer, ICE restarts.

/** Runs in the page; needs /pictures.mjs. */
async function publisher({ url, token, colour, hertz }) {
  const { rectangles } = await import('/pictures.mjs');
  const headers = { authorization: `Bearer ${token}` };
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const brush = canvas.getContext('2d');
  let number = 0;
  setInterval(() => {
    for (const [x, y, w, h, [r, g, b]] of rectangles(colour, number++)) {
      brush.fillStyle = `rgb(${r},${g},${b})`;
      brush.fillRect(x * 640, y * 360, w * 640, h * 360);
    }
  }, 66);
  document.body.append(canvas);
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: hertz });
  const out = audio.createMediaStreamDestination();
  tone.connect(out);
  tone.start();

  const pc = new RTCPeerConnection();
  pc.addTransceiver(canvas.captureStream(15).getVideoTracks()[0], {
    direction: 'sendonly',
    sendEncodings: [{ rid: 'q', scaleResolutionDownBy: 4 }, { rid: 'h', scaleResolutionDownBy: 2 }, { rid: 'f' }],
  });
  pc.addTransceiver(out.stream.getAudioTracks()[0], { direction: 'sendonly' });
  const candidates = [];
  let told;
  const gathered = new Promise((resolve) => (told = resolve));
  pc.onicecandidate = ({ candidate }) => (candidate?.candidate ? candidates.push(candidate.candidate) : told());
  await pc.setLocalDescription();
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/sdp' }, body: pc.localDescription.sdp });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  const session = { location: new URL(answer.headers.get('location'), url).href, etag: answer.headers.get('etag') };
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  await gathered;

  const line = (sdp, name) => sdp.match(new RegExp(`^a=${name}:.*$`, 'm'))[0];
  const fragment = (sdp, lines) =>
    [line(sdp, 'ice-ufrag'), line(sdp, 'ice-pwd'), 'm=video 9 UDP/TLS/RTP/SAVPF 0', 'a=mid:0', ...lines.map((one) => `a=${one}`), 'a=end-of-candidates', ''].join('\r\n');
  const patch = (at, condition, body) =>
    fetch(at, { method: 'PATCH', headers: { ...headers, 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': condition }, body });

  window.whip = {
    session,
    trickle: async (at) => (await patch(at, session.etag, fragment(pc.localDescription.sdp, candidates))).status,
    async restart(at) {
      const offer = await pc.createOffer({ iceRestart: true });
      const answered = pc.remoteDescription.sdp;
      candidates.length = 0;
      const again = new Promise((resolve) => (told = resolve));
      await pc.setLocalDescription(offer);
      await again;
      const response = await patch(at, '*', fragment(pc.localDescription.sdp, candidates));
      if (response.status !== 200) return response.status;
      const said = await response.text();
      session.etag = response.headers.get('etag');
      const sdp = answered
        .replace(/^a=ice-ufrag:.*$/gm, line(said, 'ice-ufrag').trimEnd())
        .replace(/^a=ice-pwd:.*$/gm, line(said, 'ice-pwd').trimEnd())
        .replace(/^a=candidate:.*\r\n/gm, '')
        .replace(/^(a=mid:0\r\n)/m, `$1${said.match(/^a=candidate:.*\r\n/gm).join('')}`);
      await pc.setRemoteDescription({ type: 'answer', sdp });
      return response.status;
    },
    remove: async (at) => (await fetch(at, { method: 'DELETE', headers })).status,
    state: () => `${pc.connectionState} ${pc.iceConnectionState}`,
  };
  return session;
}

export const publish = (page, options) => page.evaluate(publisher, options);

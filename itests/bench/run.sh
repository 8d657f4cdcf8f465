#!/usr/bin/env bash
# What forwarding costs. Without arguments: the standard scenarios against the assembled server.
#
#   run.sh [--scenarios video,audio,both,everything,memory] [options of the load generator]
#   run.sh against --url ws://host:7880 --key … --secret … [--pid …]   the same generator against any server of this protocol
#   run.sh swaps [N [SUBSCRIBERS]]                                     what a receiver of 200 packets/s notices of N (200) swaps of what forwards, protects, carries
#   run.sh crowd [N] [M]                                               what joins cost as a room grows to N (3000), and one room each to M (1000)
#   run.sh churn [MINUTES]                                             whether memory stays as it is while calls come and go (60)
#   run.sh pauses [SECONDS]                                            how late media loops are with VP8 to 120, and the machine itself beside them (600); as root
#   run.sh first                                                       what five guests notice in the first 2 s of a server's first call; the first of four runs is the generator's own
#   run.sh jmh [options of JMH]                                        the hops of the packet path, with their garbage
#
# STOA_BENCH_REST: seconds from the start of a server to its first guest (0; 7 for `first`).
# STOA_BENCH_PORT: first of four ports of the server (7890). STOA_BENCH_LOOPS: media loops (1), each with a UDP port of its own. STOA_OPTS: options of its JVM, for instance a flight recording.
set -euo pipefail
cd "$(dirname "$0")/../.."

home=$(echo distribution/target/stoa-*/ | sed 's:/$::')
java=java
for candidate in "${STOA_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
  if [ -x "$candidate/bin/java" ] && "$candidate/bin/java" -version 2>&1 | grep -q 'version "25'; then java=$candidate/bin/java; break; fi
done
export STOA_JAVA_HOME=${java%/bin/java}
run() {
  "$java" --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED --add-exports java.base/sun.nio.ch=ALL-UNNAMED -Xmx512m -Xmn96m -XX:+UseSerialGC \
    -Djava.util.logging.config.file="$home/conf/logging.properties" -Dlogback.configurationFile=itests/bench/logback.xml \
    -cp "itests/bench/target/classes:$home/bundles/*:$home/lib/*" "$@"
}

case ${1:-} in
  against) shift; run io.stoa.bench.LoadTest "$@" ;;
  swaps) run io.stoa.bench.SwapGaps "$home" "${STOA_BENCH_PORT:-7890}" "${2:-200}" "${3:-1}" ;;
  crowd) run io.stoa.bench.CrowdBench "$home" "${STOA_BENCH_PORT:-7890}" "${2:-3000}" "${3:-1000}" ;;
  churn) run io.stoa.bench.ChurnBench "$home" "${STOA_BENCH_PORT:-7890}" "${2:-60}" ;;
  pauses) run io.stoa.bench.StandardBench "$home" "${STOA_BENCH_PORT:-7890}" "" video --subscribers 120 --warmup 90 --seconds "${2:-600}" --watch-machine ;;
  first)
    STOA_BENCH_REST=${STOA_BENCH_REST:-7} run io.stoa.bench.StandardBench "$home" "${STOA_BENCH_PORT:-7890}" "" video,audio,both,everything \
      --subscribers 5 --verify 5 --joins 100 --warmup 0 --seconds 2
    ;;
  jmh)
    shift
    exec "$java" --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -Dlogback.configurationFile=itests/bench/logback.xml \
      -cp "itests/bench/target/classes:$(cat itests/bench/target/classpath)" org.openjdk.jmh.Main -prof gc "$@"
    ;;
  *)
    scenarios=video,audio,both,everything,memory
    if [ "${1:-}" = --scenarios ]; then scenarios=$2; shift 2; fi
    run io.stoa.bench.StandardBench "$home" "${STOA_BENCH_PORT:-7890}" "" "$scenarios" "$@"
    ;;
esac

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A real Apache Kafka broker on this machine, for tests and to try the uplink: one node (KRaft), loopback only.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

kafka_version=3.9.1
scala_version=2.13
slf4j_version=1.7.36
user=edge
start_limit_s=90
stop_limit_s=20

usage() {
  cat <<'TXT'
usage: tools/kafka.sh start [--secure] [--dir DIR]
       tools/kafka.sh stop [--dir DIR]

start   Fetches Kafka the first time (Maven, about 45 MB, kept in ~/.cache/airspool), starts a broker in the background and
        returns when it answers. Prints one line a listener, NAME HOST:PORT:
          plaintext   no encryption, no login
        and with --secure also
          tls         TLS; a client certificate is welcome (its user is "User:CN=roof-1")
          scram       TLS and a login: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN
          oauthbearer TLS and an unsecured JWT (RFC 7519, section 6)
          proxied     no encryption; clients are sent on to the port of the line proxy, where something of yours that
          proxy       hands on to proxied may count, delay or cut what they say
        Ports are free ones, and stay the same as long as they are. When the broker runs already, the same lines again.
        Topics are made on first use, with 3 partitions. Topics without an ACL are open to everybody.
stop    Ends the broker that was started with this DIR, and nothing else. Its topics are there again after the next start.

  --dir DIR   where this broker lives (default: build/kafka); with another DIR, another broker. Found there:
                broker.log                          what it said
                pid                                 its process
                tls/ca.pem                          the throw-away authority that signed all certificates
                tls/client.pem tls/client.key       a client's certificate and key
                password                            the password of user "edge"
  Remove DIR when the broker has stopped to forget its topics.

Needs Java 11 or later, and the first time Maven (tools/deps.sh --kafka); --secure needs openssl.
Exit status: 0 good, 64 wrong usage, 69 no Java, no Maven or no way to its registry, 70 the broker did not come up.
TXT
}

complain() { # status, words
  echo "tools/kafka.sh: $2" >&2
  exit "$1"
}

command=${1-}
[[ -n $command ]] && shift
secure=
dir=$top/build/kafka
while (($#)); do
  case $1 in
    --secure) secure=yes ;;
    --dir)
      [[ -n ${2-} ]] || complain 64 "--dir wants a folder"
      dir=$2
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      complain 64 "unknown option '$1'"
      ;;
  esac
  shift
done

# The process in DIR/pid, when it is still the one that was started: a number alone may be somebody else by now.
running_pid() {
  local pid born
  read -r pid born 2>/dev/null <"$dir/pid" || return 1
  [[ -n $born && $(born_at "$pid") == "$born" ]] || return 1
  echo "$pid"
}
born_at() { # field 22 of proc(5) stat; the second field may hold blanks
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  stat=${stat##*) }
  [[ $stat == Z* ]] || cut -d ' ' -f 20 <<<"$stat" # one that is dead and not yet buried is not running
}

free_ports() { # how many
  local wanted=$1 port found=0
  local low high
  read -r low high </proc/sys/net/ipv4/ip_local_port_range
  # Below the range from which outgoing connections take theirs, so that they stay free while the broker is away.
  ((low > 12000)) && high=$((low - 1)) && low=10000
  while ((found < wanted)); do
    port=$((low + (RANDOM * 32768 + RANDOM) % (high - low)))
    port_is_free "$port" || continue
    echo "$port"
    found=$((found + 1))
  done
}
port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# ApiVersions (key 18, version 0), which a broker answers to anybody, and not before it is ready to serve.
broker_answers() { # port
  # shellcheck disable=SC2016 # for the inner shell
  timeout 2 bash -c '
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf "\0\0\0\012\0\022\0\0\0\0\0\001\377\377" >&3
    (($(head -c 8 <&3 | wc -c) == 8))' _ "$1" 2>/dev/null
}

fetch_jars() { # folder
  local jars=$1 work
  command -v mvn >/dev/null || complain 69 "Maven is needed to fetch Kafka: tools/deps.sh --kafka"
  mkdir -p "${jars%/*}"
  work=$(mktemp -d "$jars.XXXXXX")
  cat >"$work/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_$scala_version</artifactId><version>$kafka_version</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-reload4j</artifactId><version>$slf4j_version</version>
    </dependency>
  </dependencies>
</project>
XML
  echo "tools/kafka.sh: fetching Kafka $kafka_version ..." >&2
  if ! (cd "$work" && mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib -DincludeScope=runtime) \
    </dev/null >"$work/log" 2>&1; then
    tail -n 5 "$work/log" >&2
    rm -rf "$work"
    complain 69 "Maven could not fetch Kafka; see above, and its settings"
  fi
  mv "$work/lib" "$jars"
  rm -rf "$work"
}

make_certificates() { # folder
  local tls=$1
  (
    umask 077
    rm -rf "$tls"
    mkdir -p "$tls"
    cd "$tls"
    key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    openssl req -x509 "${key[@]}" -days 3650 -subj "/CN=Airspool test authority" -keyout ca.key -out ca.pem
    sign() { # name, common name, extensions
      openssl req "${key[@]}" -subj "/CN=$2" -keyout "$1.key" -out "$1.csr"
      openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile <(echo "$3") -out "$1.pem"
      rm "$1.csr"
    }
    sign server localhost "subjectAltName=DNS:localhost,IP:127.0.0.1"
    sign client roof-1 "extendedKeyUsage=clientAuth"
    cat server.key server.pem >server-keystore.pem
  ) >"$dir/openssl.log" 2>&1 || complain 70 "openssl could not make certificates; see $dir/openssl.log"
}

# One name and port a line, the first one for the controller.
write_settings() {
  local names=() ports=() name port protocols='' listeners='' advertised=''
  while read -r name port; do
    names+=("$name")
    ports+=("$port")
  done <"$dir/listeners"
  local i protocol
  for i in "${!names[@]}"; do
    case ${names[i]} in
      controller | plaintext | proxied) protocol=PLAINTEXT ;;
      proxy) continue ;; # not ours
      tls) protocol=SSL ;;
      *) protocol=SASL_SSL ;;
    esac
    name=${names[i]^^}
    protocols+=,$name:$protocol
    listeners+=,$name://127.0.0.1:${ports[i]}
    case ${names[i]} in
      controller) ;;
      proxied) advertised+=,$name://127.0.0.1:$(sed -n 's/^proxy //p' "$dir/listeners") ;;
      *) advertised+=,$name://127.0.0.1:${ports[i]} ;;
    esac
  done
  local password
  password=$(cat "$dir/password")
  cat <<TXT
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${ports[0]}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=${protocols#,}
listeners=${listeners#,}
advertised.listeners=${advertised#,}
log.dirs=$dir/data
num.partitions=3
auto.create.topics.enable=true
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
TXT
  grep -q '^tls ' "$dir/listeners" || return 0
  local module=org.apache.kafka.common.security
  cat <<TXT
ssl.keystore.type=PEM
ssl.keystore.location=$dir/tls/server-keystore.pem
ssl.truststore.type=PEM
ssl.truststore.location=$dir/tls/ca.pem
listener.name.tls.ssl.client.auth=requested
listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-512,SCRAM-SHA-256,PLAIN
listener.name.scram.scram-sha-512.sasl.jaas.config=$module.scram.ScramLoginModule required;
listener.name.scram.scram-sha-256.sasl.jaas.config=$module.scram.ScramLoginModule required;
listener.name.scram.plain.sasl.jaas.config=$module.plain.PlainLoginModule required user_$user="$password";
listener.name.oauthbearer.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.oauthbearer.oauthbearer.sasl.jaas.config=$module.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
TXT
}

choose_ports() {
  local wanted=(controller plaintext) name port taken=
  [[ -z $secure ]] || wanted+=(tls scram oauthbearer proxied proxy)
  if [[ -f $dir/listeners ]]; then
    # A broker that was secure once stays so: its users are in its data.
    (($(wc -l <"$dir/listeners") >= ${#wanted[@]})) || complain 64 "the broker in $dir was made without --secure: choose another --dir, or remove it"
    # A broker that was killed may hold its ports for a moment after its death.
    local patience=$((SECONDS + 5))
    while read -r name port; do
      until port_is_free "$port"; do
        ((SECONDS < patience)) || { taken=yes && break; }
        sleep 0.1
      done
    done <"$dir/listeners"
    [[ -n $taken ]] || return 0
    mapfile -t wanted < <(cut -d ' ' -f 1 "$dir/listeners")
  fi
  paste -d ' ' <(printf '%s\n' "${wanted[@]}") <(free_ports ${#wanted[@]}) >"$dir/listeners"
}

plaintext_port() { sed -n 's/^plaintext //p' "$dir/listeners"; }
print_listeners() { tail -n +2 "$dir/listeners" | sed 's/ / 127.0.0.1:/'; }

start() {
  command -v java >/dev/null || complain 69 "Java is not here: tools/deps.sh --kafka"
  umask 077
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  # Two at once: the second waits, and finds what the first has done.
  exec 8>"$dir/lock"
  flock 8
  # One that is about to end, or is just beginning to answer after a pause, gets a moment to do so.
  local patience=$((SECONDS + 10))
  while running_pid >/dev/null; do
    [[ -z $secure ]] || grep -q '^tls ' "$dir/listeners" || complain 64 "the broker in $dir runs without --secure: stop it first"
    if broker_answers "$(plaintext_port)"; then
      print_listeners
      return
    fi
    ((SECONDS < patience)) || complain 70 "the broker in $dir runs and does not answer: tools/kafka.sh stop --dir $dir"
    sleep 0.1
  done

  local jars=${XDG_CACHE_HOME:-$HOME/.cache}/airspool/kafka-$kafka_version
  if [[ ! -d $jars ]]; then
    mkdir -p "${jars%/*}"
    exec 9>"$jars.lock"
    flock 9
    [[ -d $jars ]] || fetch_jars "$jars"
    exec 9>&-
  fi

  # A file of before may be open to all.
  [[ ! -f $dir/password ]] || chmod 600 "$dir/password"
  [[ -f $dir/password ]] || (umask 077 && head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$dir/password")
  choose_ports
  if grep -q '^tls ' "$dir/listeners" && [[ ! -f $dir/tls/server-keystore.pem ]]; then
    command -v openssl >/dev/null || complain 69 "openssl is needed for --secure"
    make_certificates "$dir/tls"
  fi
  write_settings >"$dir/server.properties"
  cat >"$dir/log4j.properties" <<'TXT'
log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %c{1} %m%n
TXT
  # What starts fast on a small machine; a broker that lives for minutes does not earn back a better compiler.
  local java=(java -Xms64m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Djava.awt.headless=true
    "-Dlog4j.configuration=file:$dir/log4j.properties" -cp "$jars/*")
  if [[ ! -f $dir/data/meta.properties ]]; then
    local password
    password=$(cat "$dir/password")
    "${java[@]}" kafka.tools.StorageTool format -t "$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')" \
      -c "$dir/server.properties" --add-scram "SCRAM-SHA-512=[name=$user,password=$password]" \
      --add-scram "SCRAM-SHA-256=[name=$user,password=$password]" </dev/null >"$dir/format.log" 2>&1 ||
      complain 70 "the broker's folder could not be made; see $dir/format.log"
  fi

  setsid "${java[@]}" kafka.Kafka "$dir/server.properties" </dev/null >>"$dir/broker.log" 2>&1 8>&- &
  local pid=$!
  # setsid forks when it leads a process group already, which a job of a script does not.
  echo "$pid $(born_at $pid)" >"$dir/pid"
  disown "$pid"
  local end=$((SECONDS + start_limit_s))
  until broker_answers "$(plaintext_port)"; do
    running_pid >/dev/null || {
      tail -n 5 "$dir/broker.log" >&2
      complain 70 "the broker ended; see $dir/broker.log"
    }
    ((SECONDS < end)) || complain 70 "the broker does not answer after $start_limit_s s; see $dir/broker.log"
    sleep 0.1
  done
  print_listeners
}

stop() {
  [[ -d $dir ]] || return 0
  dir=$(cd "$dir" && pwd)
  local pid i
  pid=$(running_pid) || {
    rm -f "$dir/pid"
    return 0
  }
  kill -CONT "$pid" 2>/dev/null || true
  kill -TERM "$pid" 2>/dev/null || true
  for ((i = 0; i < stop_limit_s * 10; ++i)); do
    running_pid >/dev/null || break
    sleep 0.1
  done
  if running_pid >/dev/null; then kill -KILL "$pid"; fi
  rm -f "$dir/pid"
}

case $command in
  start) start ;;
  stop) stop ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 64
    ;;
esac

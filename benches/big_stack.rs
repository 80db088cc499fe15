//! A compose file of many services that use much of the format.

use std::fmt::Write as _;

const HEAD: &str = "version: \"3.8\"\nservices:\n";
const TAIL: &str = "networks:\n  proxy: {external: true}\n  inner: {internal: true, driver_opts: {encrypted: \"1\"}}\nvolumes:\n  data: {}\nsecrets:\n  pw: {external: true, name: big_pw_v1}\n";

/// So many services.
pub(crate) fn text(services: usize) -> String {
    HEAD.to_owned() + &(0..services).map(service).collect::<String>() + TAIL
}

/// As many services as fit into so many bytes.
pub(crate) fn text_of_bytes(bytes: usize) -> String {
    let mut text = HEAD.to_owned();
    for number in 0.. {
        let next = service(number);
        if text.len() + next.len() + TAIL.len() > bytes {
            break;
        }
        text += &next;
    }
    text + TAIL
}

fn service(number: usize) -> String {
    let mut text = String::new();
    let written = write!(
        text,
        "  s{number}:
    image: registry.example.org/team/app{number}:${{TAG:-1.{number}.0}}
    command: [\"serve\", \"--port\", \"80{number}\"]
    environment:
      DOMAIN: s{number}.${{DOMAIN:-example.org}}
      DB_HOST: db{number}
      LOG_LEVEL: ${{LOG_LEVEL:-info}}
      PASSWORD_FILE: /run/secrets/pw
    networks: [proxy, inner]
    volumes:
      - data:/var/lib/app
      - {{type: tmpfs, target: /tmp}}
    secrets: [pw]
    logging: {{driver: json-file, options: {{max-size: 10m}}}}
    healthcheck:
      test: [\"CMD\", \"curl\", \"-f\", \"http://localhost:80{number}/health\"]
      interval: 30s
      timeout: 5s
      retries: 3
      start_period: 1m
    deploy:
      replicas: 2
      update_config: {{order: start-first, failure_action: rollback, monitor: 10s}}
      restart_policy: {{condition: on-failure, delay: 5s, max_attempts: 3}}
      resources: {{limits: {{cpus: \"0.5\", memory: 256M}}}}
      placement: {{constraints: [\"node.role == worker\"]}}
      labels:
        - traefik.enable=true
        - traefik.http.routers.s{number}.rule=Host(`s{number}.${{DOMAIN:-example.org}}`)
        - traefik.http.services.s{number}.loadbalancer.server.port=80
"
    );
    debug_assert!(written.is_ok(), "a string can be written");
    text
}

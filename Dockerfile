# Built by scripts/image.sh, whose folder holds the static binary and the few files beside it.
FROM scratch
COPY passwd group /etc/
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY programs /
COPY --chown=65532:65532 data /var/lib/canteen
COPY canteen /canteen
USER 65532:65532
ENV CANTEEN_DATA=/var/lib/canteen CANTEEN_LISTEN=0.0.0.0:8080
VOLUME /var/lib/canteen
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/canteen", "health"]
ENTRYPOINT ["/canteen"]
CMD ["serve"]

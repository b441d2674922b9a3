FROM eclipse-temurin:17-jdk-noble AS build
WORKDIR /build
COPY . .
RUN ./mvnw -B -ntp -q -Pfast -Dmaven.test.skip=true -pl pipeline -am package

FROM eclipse-temurin:17-jre-noble
RUN useradd --system --create-home --home-dir /var/lib/idem --uid 10001 idem
COPY --from=build /build/pipeline/target/idem/lib /opt/idem/lib
COPY LICENSE /opt/idem/LICENSE
USER idem
WORKDIR /var/lib/idem
VOLUME /var/lib/idem
ENV IDEM_DATA_DIR=/var/lib/idem \
    JDK_JAVA_OPTIONS="-Xmx512m -XX:+UseSerialGC -XX:MaxDirectMemorySize=128m -XX:ReservedCodeCacheSize=96m -Xss512k -XX:+ExitOnOutOfMemoryError" \
    MALLOC_ARENA_MAX=2
ENTRYPOINT ["java", "-cp", "/opt/idem/lib/*", "dev.idem.cli.Main"]
CMD ["run"]

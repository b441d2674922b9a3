package dev.idem.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * A Java agent in the JVM of a trial: each listed point is told to {@link #before} and {@link #after}, and the order in
 * the agent's directory says where and how to strike.
 *
 * <p><i>Threads:</i> thread-safe; points are passed on any thread.
 */
public final class CrashAgent {

    /** The exit code of a process that a blow has ended. */
    static final int KILLED = 87;

    private static final String SELF = "dev/idem/crash/CrashAgent";
    private static final long LOOK_MS = 15;

    private static final Map<String, AtomicInteger> PASSED = new ConcurrentHashMap<>();
    private static volatile Order order = Order.count(0);
    private static Path directory = Path.of(".");

    private CrashAgent() {}

    /** Started by the JVM, with the directory of orders. */
    public static void premain(String argument, Instrumentation instrumentation) throws IOException {
        directory = Path.of(argument);
        order = Order.read(directory);
        CrashPoints points = CrashPoints.load();
        instrumentation.addTransformer(new Weaver(points, new CallSites(OutwardCalls.load())));
        Thread watch = new Thread(CrashAgent::watch, "crash-agent");
        watch.setDaemon(true);
        watch.start();
    }

    private static void watch() {
        String told = "";
        try {
            while (true) {
                Order now = Order.read(directory);
                if (now.id() != order.id()) {
                    PASSED.clear();
                    order = now;
                }
                String counts = PASSED.entrySet().stream()
                        .map(passed -> passed.getValue() + " " + passed.getKey() + "\n")
                        .sorted()
                        .collect(Collectors.joining("", now.id() + "\n", ""));
                if (!counts.equals(told)) {
                    Order.put(directory, Order.COUNTS, counts);
                    told = counts;
                }
                Thread.sleep(LOOK_MS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A point is about to be passed. */
    public static void before(String point) throws Throwable {
        int passing = PASSED.computeIfAbsent(point, name -> new AtomicInteger()).incrementAndGet();
        Order now = order;
        if (!now.blow().isBehind() && now.passing() == passing && now.point().equals(point)) {
            strike(now);
        }
    }

    /** A point was passed, without an exception. */
    public static void after(String point) throws Throwable {
        Order now = order;
        if (now.blow().isBehind()
                && now.point().equals(point)
                && PASSED.computeIfAbsent("done " + point, name -> new AtomicInteger())
                                .incrementAndGet()
                        == now.passing()) {
            strike(now);
        }
    }

    private static void strike(Order now) throws Throwable {
        Files.writeString(
                Order.struck(directory, now.id()), Thread.currentThread().getName());
        switch (now.blow()) {
            case KILL, DONE_THEN_KILL -> Runtime.getRuntime().halt(KILLED);
            case HANG -> Thread.sleep(now.hangMs());
            case FAIL, DONE_THEN_FAIL -> throw BrokenCall.of(now.point());
        }
    }

    /** Weaves the two calls around each listed call. */
    private record Weaver(CrashPoints points, CallSites sites) implements ClassFileTransformer {

        @Override
        public byte @Nullable [] transform(
                ClassLoader loader, String type, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
            boolean ours = type != null && type.startsWith("dev/idem/") && !type.startsWith("dev/idem/crash/");
            return ours || type != null && points.callFrom(type.replace('/', '.')) ? woven(type, classFile) : null;
        }

        private byte[] woven(String type, byte[] classFile) {
            ClassReader reader = new ClassReader(classFile);
            ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
            reader.accept(
                    new ClassVisitor(CallSites.ASM, writer) {
                        @Override
                        public MethodVisitor visitMethod(
                                int access,
                                String caller,
                                String descriptor,
                                @Nullable String signature,
                                String @Nullable [] exceptions) {
                            return new WovenMethod(
                                    super.visitMethod(access, caller, descriptor, signature, exceptions), type, caller);
                        }
                    },
                    0);
            return writer.toByteArray();
        }

        private final class WovenMethod extends MethodVisitor {

            private final String type;
            private final String caller;

            WovenMethod(MethodVisitor next, String type, String caller) {
                super(CallSites.ASM, next);
                this.type = type;
                this.caller = caller;
            }

            @Override
            public void visitMethodInsn(
                    int opcode, String owner, String method, String descriptor, boolean isInterface) {
                String point = CallSites.name(type, caller, owner, method);
                boolean listed = sites.isOutward(owner, method) && points.contains(point);
                if (listed) {
                    tell(point, "before");
                }
                super.visitMethodInsn(opcode, owner, method, descriptor, isInterface);
                if (listed) {
                    tell(point, "after");
                }
            }

            private void tell(String point, String which) {
                super.visitLdcInsn(point);
                super.visitMethodInsn(Opcodes.INVOKESTATIC, SELF, which, "(Ljava/lang/String;)V", false);
            }
        }
    }
}

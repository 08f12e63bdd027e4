// A service that knows nothing of this platform: OpenTelemetry's JavaScript SDK as its documentation sets it up.
// Arguments: the ingest's address, its key, "protobuf" or "json", "delta" or "cumulative", the host's name.
// Prints the ids that the SDK has made, as JSON.
import { context, trace, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';

const [address, key, encoding, temporality, host] = process.argv.slice(2);
const exporters = encoding === 'json' ? 'http' : 'proto';
const { OTLPMetricExporter } = await import(`@opentelemetry/exporter-metrics-otlp-${exporters}`);
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${exporters}`);
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${exporters}`);
const to = signal => ({ url: `${address}otlp/v1/${signal}`, headers: { 'x-otlp-api-key': key }, compression: 'gzip' });

const resource = resourceFromAttributes({
  'service.name': 'shop', 'service.version': '2.0.1', 'host.name': host, 'deployment.environment.name': 'test', 'process.pid': 4711, 'k8s.pod.labels': ['a, b', 'c'],
});

// Metrics: two scopes, all kinds of instrument, exported twice.
const metrics = new MeterProvider({
  resource,
  views: [{ instrumentName: 'shop.size', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  readers: [new PeriodicExportingMetricReader({
    exportIntervalMillis: 3_600_000,
    exporter: new OTLPMetricExporter({
      ...to('metrics'), temporalityPreference: temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    }),
  })],
});
const meters = [metrics.getMeter('shop.orders', '1.4.0'), metrics.getMeter('shop.stock')];
const instruments = meters.map(meter => ({
  orders: meter.createCounter('shop.placed', { unit: '{order}', description: 'Orders placed' }),
  weight: meter.createCounter('shop.weight', { unit: 'kg' }),
  open: meter.createUpDownCounter('shop.open', { unit: '{order}' }),
  level: meter.createGauge('shop.level', { unit: '1' }),
  latency: meter.createHistogram('shop.latency', { unit: 'ms', advice: { explicitBucketBoundaries: [10, 100, 1000] } }),
  size: meter.createHistogram('shop.size', { unit: 'By' }),
}));
for (const [round, factor] of [[0, 1], [1, 10]]) {
  instruments.forEach((scope, index) => {
    const by = factor * (index + 1);
    scope.orders.add(3 * by, { route: '/a' });
    scope.orders.add(2 * by, { route: '/b', big: true });
    scope.weight.add(0.5 * by);
    scope.open.add(round === 0 ? 5 : -2);
    scope.level.record(-0.25 * by);
    for (const value of [5, 50, 50, 500, 5000]) scope.latency.record(value);
    for (let value = 1; value <= 100; value++) scope.size.record(value * by);
  });

  // The SDK's clock has milliseconds. A total that began when it was exported would be one of unknown start.
  await new Promise(done => setTimeout(done, 20));
  await metrics.forceFlush();
}
await metrics.shutdown();

// Traces: a request that goes well and one that fails, with a child, an event and a link.
const traces = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(to('traces')))] });
const tracer = traces.getTracer('shop.http', '3.1.0');
const other = traces.getTracer('shop.sql');
const ids = [];
for (const failed of [false, true]) {
  const root = tracer.startSpan('GET /orders/:id', {
    kind: SpanKind.SERVER,
    attributes: { 'http.request.method': 'GET', 'http.route': '/orders/:id', 'url.path': '/orders/7', 'http.response.status_code': failed ? 500 : 200, tags: ['Doe, Jane', 'Roe'] },
    links: ids.length ? [{ context: { traceId: ids[0].trace, spanId: ids[0].span, traceFlags: 1 }, attributes: { why: 'retry' } }] : [],
  });
  const child = other.startSpan('SELECT orders', { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'sqlite', rows: 3, share: 0.5, cached: false } }, trace.setSpan(context.active(), root));
  child.addEvent('fetched', { bytes: 12 });
  child.end();
  if (failed) {
    root.recordException(new TypeError('no such order'));
    root.setStatus({ code: SpanStatusCode.ERROR, message: 'no such order' });
  }
  root.end();
  ids.push({ trace: root.spanContext().traceId, span: root.spanContext().spanId, child: child.spanContext().spanId });

  // Logs: within the trace, with a level and without.
  if (failed) {
    const logs = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(to('logs')) })] });
    const within = trace.setSpan(context.active(), root);
    logs.getLogger('shop.log', '0.9.0').emit({
      severityNumber: SeverityNumber.ERROR, severityText: 'ERROR', body: 'order 7 is not there', attributes: { order: 7, parts: [1, 2] }, context: within,
    });
    logs.getLogger('shop.other').emit({ severityText: 'warn', body: { text: 'low', left: 2 } });
    await logs.forceFlush();
    await logs.shutdown();
  }
}
await traces.forceFlush();
await traces.shutdown();
console.log(JSON.stringify(ids));

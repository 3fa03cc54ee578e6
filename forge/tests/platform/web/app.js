/** What the browser test looks at: the bridge, and what the frame's policy forbids. */

const { callBridge } = globalThis.__bridge;
const show = (id, value) => {
  document.getElementById(id).textContent = JSON.stringify(value);
};

document.getElementById('close').addEventListener('click', () => callBridge('close'));
await callBridge('enableTheming');
const { extension, locale, accountId } = await callBridge('getContext');
show('context', { page: extension.content?.id, locale, accountId });
show('answer', await callBridge('invoke', { functionKey: 'call', payload: { n: 2 } }));
callBridge('showFlag', { id: 'done', title: 'Done', description: '<b>', type: 'success' });
const outside = await fetch('http://127.0.0.1:9/').then(
  () => 'reached',
  () => 'refused',
);
show('outside', outside);
